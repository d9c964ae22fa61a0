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

/** What a person is known by. */
export interface Known {
  name: string;
  id_no: string;
  licence_no: string;
}

/** Whether what was typed is of the one who was found: nothing of another's may stay. Numbers tell before names do. */
export function isTyped(typed: Known, found: Known): boolean {
  if (typed.id_no || typed.licence_no)
    return (Boolean(typed.licence_no) && typed.licence_no === found.licence_no) || (Boolean(typed.id_no) && typed.id_no === found.id_no);
  return !typed.name.trim() || typed.name.trim() === found.name;
}

function isOf(one: Named, some: Named[]): boolean {
  return some.some((other) => other.id === one.id);
}
