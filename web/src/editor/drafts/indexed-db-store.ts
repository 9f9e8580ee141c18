/** Stores texts that are too large for localStorage in IndexedDB. */
import type { StoredRecord } from './stored-text';

/** A key-value store. Every method may fail, because storage can be off or full. */
export interface RecordStore {
  get(key: string): Promise<StoredRecord | undefined>;
  put(key: string, record: StoredRecord): Promise<void>;
  remove(keys: string[]): Promise<void>;
  keys(): Promise<string[]>;
  removeOlder(than: number): Promise<void>;
}

const DATABASE = 'codesensei';
const STORE = 'drafts';

export class IndexedDbStore implements RecordStore {
  private database: Promise<IDBDatabase> | undefined;

  get(key: string): Promise<StoredRecord | undefined> {
    return this.run('readonly', (store) => store.get(key) as IDBRequest<StoredRecord | undefined>);
  }

  async put(key: string, record: StoredRecord): Promise<void> {
    await this.run('readwrite', (store) => store.put(record, key));
  }

  async remove(keys: string[]): Promise<void> {
    for (const key of keys) await this.run('readwrite', (store) => store.delete(key));
  }

  async keys(): Promise<string[]> {
    return (await this.run('readonly', (store) => store.getAllKeys())).map(String);
  }

  async removeOlder(than: number): Promise<void> {
    for (const key of await this.keys()) {
      const record = await this.get(key);
      if (record !== undefined && record.at < than) await this.remove([key]);
    }
  }

  private async run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    this.database ??= openDatabase();
    // Try to open the database again next time.
    this.database.catch(() => {
      this.database = undefined;
    });
    const transaction = (await this.database).transaction(STORE, mode);
    const request = work(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(request.error);
  });
}
