/**
 * The service worker of `/files/` only: it sees no page of a call, no invite link and no fragment. It streams received files to
 * the browser's downloads (`files/save/download.js`), and keeps what the system's share sheet posts to `/files/share` (Web
 * Share Target Level 2) in this browser. A classic script: not every browser has modules as service workers.
 */

(() => {
  /** ServiceWorkerGlobalScope, which TypeScript's DOM library lacks. @type {any} */
  const worker = globalThis;
  const SAVE = "/files/save/";
  const SHARE = "/files/share";
  const PLACE = { database: "meeting-point-shared", store: "shared", keyPath: "id" };
  /** As many as a transfer takes. */
  const MAX_FILES = 5000;

  /** Current downloads by their random ids. @type {Map<string, {port: MessagePort, head: {name: string, size: number}}>} */
  const downloads = new Map();

  worker.addEventListener("install", () => worker.skipWaiting());
  worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

  worker.addEventListener("message", (/** @type {any} */ event) => {
    const { act, id, head } = event.data;
    const [answer, port] = event.ports;
    if (act === "open") downloads.set(id, { port, head });
    // The message itself keeps this worker alive: browsers stop idle workers after some thirty seconds.
    answer.postMessage(downloads.has(id));
  });

  worker.addEventListener("fetch", (/** @type {any} */ event) => {
    const { pathname } = new URL(event.request.url);
    if (pathname.startsWith(SAVE)) event.respondWith(save(pathname.slice(SAVE.length)));
    else if (pathname === SHARE && event.request.method === "POST") event.respondWith(share(event.request));
  });

  /** Answers with what a page of this browser posts to the port. @param {string} id */
  function save(id) {
    const download = downloads.get(id);
    if (!download) return new Response(null, { status: 404 });
    const { port, head } = download;
    /** @type {() => void} */
    let wanted = () => {};
    const stream = new ReadableStream(
      {
        start(controller) {
          port.onmessage = ({ data: { act, bytes } }) => {
            if (act === "bytes") {
              controller.enqueue(bytes);
              wanted();
            } else {
              downloads.delete(id);
              if (act === "close") controller.close();
              else controller.error(new Error("broken off"));
              wanted();
            }
          };
        },
        pull() {
          port.postMessage({ act: "more" });
          return new Promise((resolve) => (wanted = () => resolve(undefined)));
        },
        cancel() {
          downloads.delete(id);
          port.postMessage({ act: "gone" });
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(stream, {
      headers: {
        "Content-Type": "application/octet-stream",
        "Content-Length": String(head.size),
        "Content-Disposition": `attachment; filename*=UTF-8''${encoded(head.name)}`,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
      },
    });
  }

  /** Encodes a file name for a header (RFC 8187). @param {string} name */
  function encoded(name) {
    return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  }

  /** Stores the shared files in place of earlier ones. @param {Request} request */
  async function share(request) {
    let how = "";
    try {
      const files = (await request.formData()).getAll("files").filter((value) => value instanceof File && value.size + value.name.length > 0);
      await keep({ id: "shared", at: Date.now(), files: files.slice(0, MAX_FILES) });
    } catch {
      how = "?failed";
    }
    return Response.redirect(SHARE + how, 303);
  }

  /** @param {object} record */
  function keep(record) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(PLACE.database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(PLACE.store, { keyPath: PLACE.keyPath });
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        const transaction = database.transaction(PLACE.store, "readwrite");
        transaction.objectStore(PLACE.store).put(record);
        transaction.oncomplete = () => (database.close(), resolve(undefined));
        transaction.onabort = () => (database.close(), reject(transaction.error));
      };
    });
  }
})();
