/** Made from docs/openapi.json by `npm run types`; not written by hand. */

import type { Named } from "./types";

/** A code with its name. */
export interface Coded {
  code: string;
  name: string;
}

/** Who may be chosen: `works`, as an officer of a case of the bureau; `values`, to value its goods. */
export interface Colleague {
  certificate_no: string | null;
  certificate_valid_to: string | null;
  id: string;
  name: string;
  unit: string;
  values: boolean;
  works: boolean;
}

/** What forms begin with. */
export interface Defaults {
  district_code: string;
  heads: Named[];
  recorder_id: string | null;
  second_officer_id: string | null;
  storage_place: string;
  storage_places: string[];
}

/** A cause's fine: `low` to `high` as shares of `base` (in words), or in CNY where `base` is empty. `optional`: the article leaves it open whether to fine (可以). */
export interface FineRange {
  article: string;
  base: string;
  high: string;
  low: string;
  optional: boolean;
}

/** How a gun is told from a keyboard. */
export interface GunSettings {
  gun_decide_ms: number;
  gun_gap_ms: number;
  gun_prefix: string;
}

/** What the field kit needs besides the catalogue, as of now. */
export interface Kit {
  causes: OfferedCause[];
  defaults: Defaults;
  districts: Coded[];
  me: Me;
  now: string;
  officers: Colleague[];
  outlines: Outline[];
  photo_lists: PhotoList[];
  settings: GunSettings;
  simple: SpotLimits;
  today: string;
}

/** Who is signed in; `key`: whether a key is registered. */
export interface Me {
  bureau: string;
  certificate_no: string | null;
  certificate_valid_to: string | null;
  id: string;
  key: boolean;
  name: string;
  unit: string;
}

/** A cause with who decides it, whether here, and what penalties it allows on the spot. `ordered`: of warning and fine, what the article orders. `income_taken`: illegal income is confiscated. `fine`: none where the article has none, or never on the spot. */
export interface OfferedCause {
  code: string;
  decidable: boolean;
  decided_by: string;
  fine: FineRange | null;
  income_taken: boolean;
  name: string;
  on_the_spot: string[];
  ordered: string[];
}

/** An outline of questions and of the scene, by cause; `general` is for all. */
export interface Outline {
  causes: string[];
  code: string;
  name: string;
  paragraphs: Paragraph[];
  questions: OutlineQuestion[];
  scene_facts: SceneFact[];
}

/** A question with its usual answers; `insert`: what is put into it. */
export interface OutlineQuestion {
  answers: string[];
  id: string;
  insert?: string;
  text: string;
}

/** A standard paragraph. */
export interface Paragraph {
  code: string;
  text: string;
}

/** The pictures that cases of these causes must and may have. */
export interface PhotoList {
  causes: string[];
  name: string;
  photos: WantedPhoto[];
}

/** What may be seen on the scene, as it is tapped and as it is written. */
export interface SceneFact {
  code: string;
  text: string;
  words: string;
}

/** What a penalty on the spot may be: kinds, circumstances that mitigate, limits (CNY), usual words of payment. */
export interface SpotLimits {
  circumstances: Coded[];
  citizen_max: string;
  organisation_max: string;
  payment: string;
  penalties: Coded[];
}

/** A picture that the case must or may have. */
export interface WantedPhoto {
  code: string;
  must: boolean;
  what: string;
}
