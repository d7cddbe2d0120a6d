/** The roles in a room, as the server names them. */

/** @type {readonly string[]} */
export const HOSTS = Object.freeze(["owner", "moderator"]);
