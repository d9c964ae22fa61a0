/** What an officer did on this device and did not send: counted without their key, for who is about to leave it. */

import type { KeptOperation, KeptPhoto } from "./kept";

/** How many operations and pictures of the officer wait here; 0 where nobody ever worked in the field on this device. */
export async function unsentOf(officer: string, name = "zhuanmai-fieldkit"): Promise<number> {
  const db = await existing(name);
  if (!db) return 0;
  try {
    const operations = await all<KeptOperation>(db, "operations");
    const photos = await all<KeptPhoto>(db, "photos");
    return operations.filter((one) => one.by === officer && one.status === "waiting").length
      + photos.filter((one) => one.by === officer && !one.sent).length;
  } finally {
    db.close();
  }
}

/** The tablet's database as it is; none is made by looking. */
function existing(name: string): Promise<IDBDatabase | null> {
  return new Promise((done) => {
    if (typeof indexedDB === "undefined") return done(null);
    const asked = indexedDB.open(name);
    asked.onupgradeneeded = () => asked.transaction?.abort();
    asked.onsuccess = () => done(asked.result);
    asked.onerror = (event) => {
      event.preventDefault();
      done(null);
    };
  });
}

function all<Row>(db: IDBDatabase, store: string): Promise<Row[]> {
  return new Promise((done, failed) => {
    if (!db.objectStoreNames.contains(store)) return done([]);
    const asked = db.transaction(store).objectStore(store).getAll() as IDBRequest<Row[]>;
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}
