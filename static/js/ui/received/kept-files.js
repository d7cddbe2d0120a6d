/** On every page, received files that are due are deleted. */

import { nextDeadline } from "../../files/received/deadline.js";

export function mindKeptFiles() {
  // Most pages do without the store.
  if (nextDeadline() <= Date.now()) void import("../../files/received/received-files.js").then(({ received }) => received.tidy()).catch(() => {});
}
