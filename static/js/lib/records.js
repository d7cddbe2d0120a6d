/** Records in IndexedDB: one database with one or more object stores, one record for each key. */

/** @typedef {{database: string, store: string, keyPath: string}} Place */
/** @typedef {{database: string, keyPaths: Readonly<Record<string, string>>}} Places keyPaths: of each object store, by its name */

/**
 * Runs one request in its own transaction and waits until it is durable. Creates the database if needed. @template T
 * @param {Place} place @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} makeRequest
 * @returns {Promise<T>} @throws {DOMException} when the browser stores nothing (a private window) or is out of space
 */
export function inRecords({ database, store, keyPath }, mode, makeRequest) {
  return inTransaction({ database, keyPaths: { [store]: keyPath } }, mode, (transaction) => {
    const request = makeRequest(transaction.objectStore(store));
    return () => request.result;
  });
}

/**
 * Like `inRecords`, for several requests in several object stores. @template T
 * @param {Places} places @param {IDBTransactionMode} mode @param {(transaction: IDBTransaction) => () => T} act the result is read at the end
 * @returns {Promise<T>} @throws {DOMException}
 */
export async function inTransaction(places, mode, act) {
  const database = await open(places);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(Object.keys(places.keyPaths), mode);
      const result = act(transaction);
      transaction.oncomplete = () => resolve(result());
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/**
 * Deletes the databases of this site with all their records; one that another tab is using goes when that tab is done.
 * @param {(name: string) => boolean} [except] those to keep @returns {Promise<void>}
 */
export async function deleteDatabases(except = () => false) {
  const names = (await indexedDB.databases()).map(({ name = "" }) => name).filter((name) => !except(name));
  await Promise.all(names.map((name) => new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = resolve;
  })));
}

/** @param {Places} places @returns {Promise<IDBDatabase>} */
function open({ database, keyPaths }) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(keyPaths)) request.result.createObjectStore(store, { keyPath });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
