/** Keyed quantities that met another tablet's: the officer is shown both values and chooses. */

import type { Operation } from "../field/operations";

export function isChoice(operation: Operation): boolean {
  return operation.kind === "quantity.difference" && operation.status === "refused" && operation.code === "below_zero";
}
