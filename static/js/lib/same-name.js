/** Names that people could take for the same one. Only for comparing: never shown. */

/** Letters of other alphabets, and digits, that look like a Latin letter (a part of Unicode TR39; capitals only where they look like another letter). */
const LOOKALIKES = new Map(
  Object.entries({
    а: "a", в: "b", е: "e", ё: "e", һ: "h", і: "i", ї: "i", ј: "j", к: "k", м: "m", н: "h", о: "o", р: "p", ѕ: "s", с: "c", т: "t", у: "y", х: "x",
    ԁ: "d", ӏ: "i", ѡ: "w", α: "a", β: "b", γ: "y", ε: "e", η: "n", ι: "i", κ: "k", ν: "v", ο: "o", ρ: "p", τ: "t", υ: "u", χ: "x", ω: "w",
    Ν: "n", Η: "h", Υ: "y", l: "i", ı: "i", 0: "o", 1: "i", 3: "e", 5: "s", "|": "i", "!": "i",
  }),
);

/**
 * What is left of a name without case, width, accents, spaces, marks and joiners, and with one letter for all that look like it.
 * @param {string} name @returns {string} possibly empty
 */
export function comparableName(name) {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "");
  const letters = [...plain].map((letter) => LOOKALIKES.get(letter) ?? similar(letter.toLowerCase())).join("");
  return letters.replace(/rn/g, "m").replace(/vv/g, "w").replace(/[^\p{L}\p{N}\p{S}]/gu, "") || plain.trim();
}

/** @param {string} letter in lower case, perhaps several for one capital */
function similar(letter) {
  return LOOKALIKES.get(letter) ?? letter;
}

/** @param {string} one @param {string} other @returns {boolean} */
export function looksLike(one, other) {
  return comparableName(one) === comparableName(other);
}
