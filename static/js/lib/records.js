/** Records in IndexedDB: one database, one object store, one record a key. */

/** @typedef {{database: string, store: string, keyPath: string}} Place */

/**
 * Runs one request in a transaction of its own and waits until it is durable.
 * @template T
 * @param {Place} place made when it is not there
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 * @throws {DOMException} when the browser keeps nothing (a private window, blocked storage) or has no room left
 */
export async function inRecords(place, mode, act) {
  const database = await open(place);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(place.store, mode);
      const request = act(transaction.objectStore(place.store));
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
