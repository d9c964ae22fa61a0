/** Made from docs/openapi.json by `npm run types`; not written by hand. */

/** The answer to a batch: results in the order sent, and the cursor that a state must have to contain them. */
export interface OperationsOut {
  cursor: number;
  results: ResultOut[];
}

/** What became of an operation, by the id it came with: applied, duplicate, pending, refused. */
export interface ResultOut {
  code?: string;
  detail?: string;
  field?: string;
  id: string;
  status: "applied" | "duplicate" | "pending" | "refused";
}

/** Whose unsent operations, and on which device they are. */
export interface TakeOverIn {
  author: string;
  device: string;
}

/** The key to the author's data of this subject on the device (32 bytes, base64). */
export interface TakeOverOut {
  key: string;
}
