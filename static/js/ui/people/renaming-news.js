/** Says that people have changed their names, and lets this person change theirs. The dialog comes with the first press. */

import { Renaming } from "../../chat/renaming.js";
import { browserStorage } from "../../lib/storage.js";
import { NAME_STORAGE_KEY } from "../call/prejoin.js";
import { say } from "../lib/announcer.js";
import { text } from "../lib/page.js";
import { toast } from "../lib/toasts.js";
import { sharesName } from "./names.js";
import { personMenu } from "./person-menu.js";

/** @import { CallSession } from "../../call/session.js" */

/** What the page itself calls people. */
const RESERVED = ["self", "nameless", "role.owner", "role.moderator", "role.member", "role.guest"];

/** @param {CallSession} session @param {boolean} keepName in this browser, for people without an account @param {AbortSignal} signal */
export function setUpRenaming(session, keepName, signal) {
  const reserved = [...text("rename.reserved-names").split(","), ...RESERVED.map((key) => text(key))];
  const renaming = new Renaming(session, reserved, signal);
  const open = async () => (await import("./rename-dialog.js")).openRenameDialog(renaming, session.self.name);
  for (const button of document.querySelectorAll("[data-rename]")) button.addEventListener("click", () => void open(), { signal });
  personMenu.addAction({ id: "rename", icon: "edit", label: text("person.rename"), shown: ({ self }) => self, run: () => void open() }, signal);
  session.on("person-renamed", ({ person, before }) => {
    const { self, pid, name } = person;
    if (self) {
      if (keepName) browserStorage.save(NAME_STORAGE_KEY, name);
      say(text("renamed.own", { name }));
    } else if (session.mesh.gate.spend(pid, { alerts: 1 })) {
      toast(text(sharesName(person, session.everyone) ? "renamed.same" : "renamed", { before, name }), undefined, `renamed ${pid}`);
    }
  }, { signal });
}
