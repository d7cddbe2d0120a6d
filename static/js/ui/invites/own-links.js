/** What hosts need to create invite links and to share them. */

import "./invite-form.js";
import "./invite-link.js";
