/** What lies on a tablet, by stores; and through its versions: what an officer did not send outlives every one of them. */

import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import type { OperationStatus } from "./operations";
import type { Sealed } from "./sealing";

export interface KeptOperation {
  by: string;
  subject_id: string;
  n: number;
  id: string;
  status: OperationStatus;
  cursor?: number;
  seen?: boolean;
  made: Sealed;
  answer?: Sealed;
}

export interface KeptPhoto {
  id: string;
  by: string;
  subject_id: string;
  sent: boolean;
  facts: Sealed;
  picture: Sealed;
}

export interface KeptSubject {
  by: string;
  kind: string;
  id: string;
  next: number;
  state: Sealed | null;
}

export interface Kept extends DBSchema {
  operations: { key: [string, string, number]; value: KeptOperation; indexes: { id: string; subject_id: string } };
  subjects: { key: [string, string]; value: KeptSubject };
  photos: { key: string; value: KeptPhoto; indexes: { subject_id: string } };
  forms: { key: [string, string, string]; value: { by: string; subject_id: string; form: string; value: Sealed } };
  /** Nothing of people: the tablet's id, the catalogue of goods, how far the clock is off. */
  settings: { key: string; value: unknown };
}

type Change = IDBPTransaction<Kept, StoreNames<Kept>[], "versionchange">;
type Row = Record<string, unknown>;

const SEALED = 2;

/** Version 3 keeps any kind of subject; version 2 kept cases alone, under their own names. Earlier ones lay in the clear. */
export async function upgrade(database: IDBPDatabase<Kept>, before: number, _: number | null, change: Change): Promise<void> {
  const old = before === SEALED ? await read(change) : {};
  for (const store of [...database.objectStoreNames]) database.deleteObjectStore(store);
  const operations = database.createObjectStore("operations", { keyPath: ["by", "subject_id", "n"] });
  operations.createIndex("id", "id", { unique: true });
  operations.createIndex("subject_id", "subject_id");
  const subjects = database.createObjectStore("subjects", { keyPath: ["by", "id"] });
  const photos = database.createObjectStore("photos", { keyPath: "id" });
  photos.createIndex("subject_id", "subject_id");
  const forms = database.createObjectStore("forms", { keyPath: ["by", "subject_id", "form"] });
  const settings = database.createObjectStore("settings");
  for (const row of old.operations ?? []) await operations.put(renamed(row) as never);
  for (const row of old.photos ?? []) await photos.put(renamed(row) as never);
  for (const row of old.forms ?? []) await forms.put(renamed(row) as never);
  for (const row of old.cases ?? []) await subjects.put({ ...row, kind: "case" } as never);
  for (const { name, value } of old.settings ?? []) await settings.put(value, name as string);
}

async function read(change: Change): Promise<Record<string, Row[]>> {
  const found: Record<string, Row[]> = {};
  for (const name of ["operations", "cases", "photos", "forms"]) found[name] = (await change.objectStore(name as never).getAll()) as Row[];
  const kept = change.objectStore("settings");
  const [names, values] = [await kept.getAllKeys(), await kept.getAll()];
  return { ...found, settings: names.map((name, i) => ({ name, value: values[i] })) };
}

function renamed({ case_id, ...row }: Row): Row {
  return { ...row, subject_id: case_id };
}
