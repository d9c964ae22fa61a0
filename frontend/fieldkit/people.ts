/** Whom the tablet offers to choose: only people whom the server would take, and who is chosen already. */

import type { Coded, Colleague } from "./kit.types";
import type { Named } from "./types";

/** Who may be an officer of the case: holds a post for it, and does not value its goods. */
export function toWork(people: Colleague[], valuer: Named | null = null, chosen: Named[] = []): Colleague[] {
  return people.filter((one) => isOf(one, chosen) || (one.works && one.id !== valuer?.id));
}

/** Who may value the goods: holds a post for it, and does not work on the case otherwise. */
export function toValue(people: Colleague[], working: Named[], chosen: Named | null = null): Colleague[] {
  return people.filter((one) => one.id === chosen?.id || (one.values && !isOf(one, working)));
}

/** People as the options of a list. */
export function asChoices(people: Named[]): Coded[] {
  return people.map((one) => ({ code: one.id, name: one.name }));
}

function isOf(one: Named, some: Named[]): boolean {
  return some.some((other) => other.id === one.id);
}
