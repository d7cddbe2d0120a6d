/** The format of the ids that browsers and server create. */

const ID = /^[A-Za-z0-9_-]{22}$/;

/** 16 random bytes in base64url (RFC 4648 §5) without padding. @param {unknown} value @returns {value is string} */
export function isId(value) {
  return typeof value === "string" && ID.test(value);
}
