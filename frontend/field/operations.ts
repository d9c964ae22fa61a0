/** What crosses the wire between a tablet and the server, whatever it is about. */

import type { OperationsOut, ResultOut } from "./wire";

export type OperationResult = ResultOut;
export type OperationsAnswer = OperationsOut;
export type OperationStatus = "waiting" | "applied" | "duplicate" | "refused" | "pending";

/** One act of an officer: made on the tablet, shown at once, applied by the server once. */
export interface Operation {
  /** The officer who made it: sent by them, or taken over openly. */
  by: string;
  subject_id: string;
  /** Order on this tablet, from 1, without gaps. */
  n: number;
  id: string;
  kind: string;
  at: string;
  payload: Record<string, unknown>;
  status: OperationStatus;
  code?: string;
  detail?: string;
  field?: string;
  /** The server's cursor when it answered: a state with a smaller cursor does not contain this operation. */
  cursor?: number;
  /** A refusal that the officer has read and put away. */
  seen?: boolean;
}

/** Codes of what is not refused for good: another officer's to send. It stays as it is. */
export const NOT_OURS = ["not_author", "not_involved"];

/** A kind of subject that officers work on in the field: how it is kept here, what begins it, and where the server has one. */
export interface SubjectKind {
  kind: string;
  opens: string;
  path(id: string): string;
}

/** What the state of any subject says: up to where it holds, and whose it is now. */
export interface SubjectState {
  cursor: number;
  officers: { id: string }[];
}
