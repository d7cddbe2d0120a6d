/** What a link will allow: from the fields of the form (templates/rooms/_invite_form.html) to the request. */

const ONE_DAY = 86_400;
const MAX_SECONDS = 90 * ONE_DAY;
const MAX_USES = 1000;

/** @typedef {{expires_in: number, max_uses: number | null, role: string}} Choices expires_in: seconds; max_uses: null for no limit */

/** @param {FormData} values @returns {Choices | "expiryRange" | "usesRange"} or the key of an error message */
export function readChoices(values) {
  const role = String(values.get("role"));
  if (role === "moderator") return { expires_in: ONE_DAY, max_uses: 1, role };
  const custom = Number(values.get("amount")) * Number(values.get("unit"));
  const seconds = values.get("expiry") === "custom" ? custom : Number(values.get("expiry"));
  if (!(Number.isInteger(seconds) && seconds >= 60 && seconds <= MAX_SECONDS)) return "expiryRange";
  if (values.get("uses") === "1") return { expires_in: seconds, max_uses: 1, role };
  const limit = String(values.get("limit") ?? "").trim();
  if (limit === "") return { expires_in: seconds, max_uses: null, role };
  const uses = Number(limit);
  if (!(Number.isInteger(uses) && uses >= 2 && uses <= MAX_USES)) return "usesRange";
  return { expires_in: seconds, max_uses: uses, role };
}

/** @param {number | null} uses @returns {"anyone" | "one" | "several"} */
export function whoUses(uses) {
  if (uses === null) return "anyone";
  return uses === 1 ? "one" : "several";
}
