/** Which step is open, and the way from a missing fact to the field where it is entered. */

import { inject, nextTick, ref, type InjectionKey, type Ref } from "vue";
import { STEPS, type StepCode } from "./kinds";

const BY_PREFIX: [RegExp, StepCode][] = [
  [/^(party|inspection|place|person_in_charge|witness|officers|recorder|refusal|report|clue|presence)\b/, "inspection"],
  [/^(items?|lines?|samples?|sampling|prices|photos?|counting|codes|evidence)\b/, "counting"],
  [/^questioning/, "questioning"],
  [/^(registration|oral_approval|opinion|causes?|case|correction|facts|penalty|defence|valuer|summary|simple|measures|basis)\b/, "approval"],
  [/^(service|documents)\b/, "handover"],
  [/^(signatures|document)\b/, "documents"],
];

/** Facts whose field bears another name than the document gives them. */
const SAME_FIELD: [RegExp, string][] = [
  [/^person_in_charge.*/, "person_in_charge.name"],
  [/^witness.*/, "witness.name"],
  [/^refusal\.reason/, "presence.refusal_reason"],
  [/^recorder/, "case.recorder_id"],
  [/^officers.*/, "case.officer_ids"],
  [/^place$|^inspection\.place/, "place.address"],
  [/^report\.(at|way|text|by)/, "clue.text"],
  [/^clue\.source/, "clue.source"],
  [/^case\.summary/, "summary.text"],
  [/^valuer/, "valuer.officer_id"],
  [/^causes.*/, "causes.codes"],
  [/^simple\.penalty_kind/, "penalty.kind"],
  [/^simple\.amount/, "penalty.amount"],
  [/^simple\.bases\.(.+)/, "penalty.base.$1"],
  [/^simple\.income/, "penalty.income"],
  [/^simple\.circumstances/, "penalty.circumstances"],
  [/^penalty\.payment|^simple\.payment/, "penalty.payment"],
  [/^simple\.facts/, "facts"],
  [/^simple\.defence/, "defence"],
  [/^oral_approval\.by$/, "oral_approval.by_officer_id"],
  [/^sampl.*/, "samples"],
  [/^photos?.*/, "photos"],
  [/^evidence.*/, "photos"],
];

export function stepOf(field: string): StepCode {
  return BY_PREFIX.find(([pattern]) => pattern.test(field))?.[1] ?? "inspection";
}

export function fieldName(field: string): string {
  const same = SAME_FIELD.find(([pattern]) => pattern.test(field));
  return same ? (same[1].includes("$1") ? field.replace(...same) : same[1]) : field;
}

export class Navigation {
  readonly step: Ref<StepCode>;

  constructor(first: StepCode) {
    const asked = location.hash.slice(1).split("/")[0] as StepCode;
    this.step = ref(STEPS.some((step) => step.code === asked) ? asked : first);
    addEventListener("hashchange", () => {
      const wanted = location.hash.slice(1).split("/")[0] as StepCode;
      if (STEPS.some((step) => step.code === wanted)) this.step.value = wanted;
    });
  }

  go(step: StepCode): void {
    this.step.value = step;
    history.replaceState(null, "", `#${step}`);
  }

  /** Open the step where a missing fact is entered and put the cursor there. */
  async enter(field: string): Promise<void> {
    this.go(stepOf(field));
    const wanted = fieldName(field);
    for (let tries = 0; tries < 20; tries++) {
      await nextTick();
      await new Promise((done) => setTimeout(done, 25));
      const place = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(wanted)}"]`);
      if (!place) continue;
      place.scrollIntoView({ block: "center" });
      place.classList.add("fk-wanted");
      setTimeout(() => place.classList.remove("fk-wanted"), 2500);
      (place.querySelector<HTMLElement>("input, select, textarea, button") ?? place).focus();
      return;
    }
  }
}

export const NAVIGATION: InjectionKey<Navigation> = Symbol("navigation");

export function useNavigation(): Navigation {
  return inject(NAVIGATION)!;
}
