/** Requests to our own server: JSON in, JSON out, with the CSRF token from the cookie. */

/**
 * @typedef {{status: number, data: any}} Answer status: HTTP, 0 without a response; data: an empty object when it was not JSON
 */

/** Never throws: without a response the status is 0. @param {string} url @param {object} [body] @returns {Promise<Answer>} */
export function postJson(url, body = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  return send(url, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Sends a form's fields to its own address; the CSRF token is among them. Never throws. @param {HTMLFormElement} form @returns {Promise<Answer>} */
export function postForm(form) {
  return send(form.action, { method: "POST", body: new FormData(form) });
}

/** Bypasses every cache. Never throws. @param {string} url @returns {Promise<Answer>} */
export function getJson(url) {
  return send(url, { cache: "no-store" });
}

/**
 * Loads HTML whose scripts do not run. Trusted Types let no page parse text, but the browser parses what it loads.
 * @param {string} url @returns {Promise<Document>} @throws {TypeError} there is none
 */
export function loadDocument(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.addEventListener("loadend", () => {
      if (request.status === 200 && request.responseXML !== null) resolve(request.responseXML);
      else reject(new TypeError(`There is no document at ${url}.`));
    });
    request.send();
  });
}

/** @param {string} url @param {RequestInit} init @returns {Promise<Answer>} */
async function send(url, init) {
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

function csrfToken() {
  // On HTTPS it has a prefix, so that no other host of the domain can set it.
  const found = /(?:^|; )__Host-csrftoken=([^;]+)/.exec(document.cookie) ?? /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return found?.[1] ?? "";
}
