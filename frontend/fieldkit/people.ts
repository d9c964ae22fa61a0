/** Whom the tablet offers to choose: only people whom the server would take, and who is chosen already. */

import type { Colleague } from "./kit.types";

export interface Choice {
  code: string;
  name: string;
}

interface Person {
  id: string;
  name: string;
}

/** Who may be an officer of the case: holds a post for it, and does not value its goods. */
export function toWork(people: Colleague[], valuer: Person | null = null, chosen: Person[] = []): Colleague[] {
  return people.filter((one) => isOf(one, chosen) || (one.works && one.id !== valuer?.id));
}

/** Who may value the goods: holds a post for it, and does not work on the case otherwise. */
export function toValue(people: Colleague[], working: Person[], chosen: Person | null = null): Colleague[] {
  return people.filter((one) => one.id === chosen?.id || (one.values && !isOf(one, working)));
}

/** People as the options of a list. */
export function asChoices(people: Person[]): Choice[] {
  return people.map((one) => ({ code: one.id, name: one.name }));
}

function isOf(one: Person, some: Person[]): boolean {
  return some.some((other) => other.id === one.id);
}
