/**
 * Says who invites to what. Each name stands alone, whichever way it is written. static/invitation.js does the same before.
 * @param {HTMLElement} heading has the sentences, for the names that are known @param {{room: string, by: string}} names
 */
export function showInvitation(heading, names) {
  const { text, textRoom, textBy, textBoth } = heading.dataset;
  const sentence = names.room && names.by ? textBoth : names.room ? textRoom : names.by ? textBy : text;
  const pieces = (sentence ?? "").split(/\{(room|by)\}/);
  heading.replaceChildren(...pieces.map((piece, index) => (index % 2 ? nameOf(names[/** @type {"room" | "by"} */ (piece)]) : piece)));
}

/** @param {string} name */
function nameOf(name) {
  const shown = document.createElement("bdi");
  shown.textContent = name;
  return shown;
}
