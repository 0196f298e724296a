const DATABASE = 'oriel-studio';
const STORE = 'draft';

/** Keeps a value in this browser under a name. */
export async function keep(name: string, value: unknown): Promise<void> {
  await inStore('readwrite', (store) => store.put(value, name));
}

/** What was kept under this name. */
export async function recall<T>(name: string): Promise<T | undefined> {
  return await inStore<T | undefined>('readonly', (store) => store.get(name));
}

/** Forgets everything that was kept. */
export async function forget(): Promise<void> {
  await inStore('readwrite', (store) => store.clear());
}

/**
 * One request in a transaction of its own. Where a browser keeps nothing (private windows, a full disk) there is nothing: what was
 * to be kept then lives as long as the page.
 */
async function inStore<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  try {
    const opening = indexedDB.open(DATABASE, 1);
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
    const database = await resultOf(opening);
    try {
      const transaction = database.transaction(STORE, mode);
      const [result] = await Promise.all([resultOf(ask(transaction.objectStore(STORE))), endOf(transaction)]);
      return result;
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new DOMException('No database')));
  });
}

/** A value is kept when its transaction is: the page may be left right after. */
function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new DOMException('Aborted')));
  });
}
