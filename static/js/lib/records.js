/** Records in IndexedDB: one database, one object store, one record for each key. */

/** @typedef {{database: string, store: string, keyPath: string}} Place */

/**
 * Runs one request in its own transaction and waits until it is durable. Creates the database if needed. @template T
 * @param {Place} place @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} makeRequest
 * @returns {Promise<T>} @throws {DOMException} when the browser stores nothing (a private window) or is out of space
 */
export async function inRecords(place, mode, makeRequest) {
  const database = await open(place);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(place.store, mode);
      const request = makeRequest(transaction.objectStore(place.store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @param {Place} place @returns {Promise<IDBDatabase>} */
function open({ database, store, keyPath }) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
