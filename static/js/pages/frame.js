/** The frame around every page: times in the reader's way and zone, forms, and what this browser keeps. */

import { askBeforeSignOut } from "../ui/keys/ask-before-sign-out.js";
import { mindKeptFiles } from "../ui/received/kept-files.js";
import { localize } from "../ui/lib/formats.js";
import { idle } from "../ui/lib/idle.js";
import { preparePageForms } from "../ui/lib/page-forms.js";
import { hideUnsupported } from "../ui/lib/requirements.js";
import { reportTimeZone } from "../ui/lib/time-zone.js";

hideUnsupported(document);
localize(document);
preparePageForms();
void idle().then(reportTimeZone);
mindKeptFiles();
askBeforeSignOut();
