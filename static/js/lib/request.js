/** Requests to our own server: JSON in, JSON out, with the CSRF token from the cookie. */

/**
 * @typedef {object} Answer
 * @property {number} status the HTTP status; 0 when no answer came
 * @property {any} data the decoded body; an empty object when it was not JSON
 */

/**
 * Posts JSON. Never throws: an answer that did not come has status 0.
 * @param {string} url @param {object} [body] @returns {Promise<Answer>}
 */
export function postJson(url, body = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  return ask(url, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Gets JSON, past every cache. Never throws. @param {string} url @returns {Promise<Answer>} */
export function getJson(url) {
  return ask(url, { cache: "no-store" });
}

/** @param {string} url @param {RequestInit} init @returns {Promise<Answer>} */
async function ask(url, init) {
  const headers = { Accept: "application/json", ...init.headers };
  try {
    // A redirect leads to the sign-in page: the session has ended.
    const response = await fetch(url, { ...init, headers, credentials: "same-origin", redirect: "manual" });
    if (response.type === "opaqueredirect") return { status: 401, data: {} };
    return { status: response.status, data: await response.json().catch(() => ({})) };
  } catch {
    return { status: 0, data: {} };
  }
}

/** @returns {string} */
function csrfToken() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}
