/** The roles in a room, as the server names them. */

/** Those who look after the room. @type {readonly string[]} */
export const HOSTS = Object.freeze(["owner", "moderator"]);
