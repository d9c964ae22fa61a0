/** Shapes that cross the wire between the tablet and the server, as both sides agreed on them. */

export type Kind = "counterfeit" | "smuggled" | "diverted" | "unlicensed" | "to_test";
export type Unit = "carton" | "pack" | "stick" | "case" | "kg" | "piece" | "ml" | "10k_sticks";

export interface CaseFacts {
  id: string;
  clue_no?: string | null;
  number?: string | null;
  state: string;
  state_zh?: string;
  unit?: string | { name: string } | null;
  began_at?: string | null;
  reason?: string | null;
  [more: string]: unknown;
}

export interface Place {
  address?: string | null;
  longitude?: number | string | null;
  latitude?: number | string | null;
  shop_name?: string | null;
  district_code?: string | null;
}

export interface Party {
  party_id: string;
  id?: string;
  kind?: string | null;
  name?: string | null;
  sex?: string | null;
  ethnicity?: string | null;
  born_on?: string | null;
  id_kind?: string | null;
  id_no?: string | null;
  phone?: string | null;
  address?: string | null;
  occupation?: string | null;
  licence_no?: string | null;
  licence_valid_to?: string | null;
  [more: string]: unknown;
}

export interface PersonInCharge {
  name: string;
  sex?: string;
  relation?: string;
  id_no?: string;
  phone?: string;
}

export interface Witness {
  name: string;
  id_no?: string;
  phone?: string;
  address?: string;
}

export interface Presence {
  party_present?: boolean | null;
  person_in_charge?: PersonInCharge | null;
  witness?: Witness | null;
  refuses_to_sign?: boolean;
  refusal_reason?: string | null;
}

export interface Officer {
  id: string;
  name: string;
  certificate_no?: string | null;
  certificate_valid_to?: string | null;
  [more: string]: unknown;
}

export interface CartonCode {
  id: string;
  line_id?: string;
  row1: string;
  row2: string;
  sorted_on?: string | null;
  company?: string | null;
  licence_no?: string | null;
  means?: string | null;
  words?: string | null;
  shop_name?: string | null;
  waiting?: boolean;
}

export interface Line {
  id: string;
  party_id?: string | null;
  product_id?: string | null;
  barcode?: string | null;
  tail?: string | null;
  name: string;
  kind?: Kind | null;
  quantity: number | string;
  unit: string;
  cartons: number | string | null;
  sticks: number | string | null;
  price: number | string | null;
  per?: string | null;
  price_mark?: string | null;
  price_reason?: string | null;
  value: number | string | null;
  note?: string | null;
  listed?: boolean;
  /** cigarette, cigar, leaf, cut, tube, ecigarette, material, machine. */
  goods?: string | null;
  packs_per_carton?: number | null;
  sticks_per_carton?: number | null;
  codes?: unknown;
  samples?: unknown;
  bag_no?: string | null;
  strip_no?: string | null;
  description?: string | null;
  version?: number;
  changed_by?: string | null;
  last_at?: string | null;
  history?: { field: string; words?: string; before: unknown; by?: string | null; at?: string | null }[];
}

export interface Totals {
  cartons: number | string;
  sticks: number | string;
  value: number | string;
  by_kind: Partial<Record<Kind, number | string>>;
  unpriced: number;
  other_units?: Record<string, number | string> | { unit: string; quantity: number | string }[] | string | null;
}

export interface Threshold {
  code: string;
  level: "danger" | "warning" | "info" | "off";
  words: string;
  article?: string | null;
  detail?: string | null;
}

export interface Photo {
  id: string;
  photo_id?: string;
  caption?: string | null;
  what?: string | null;
  line_id?: string | null;
  taken_at?: string | null;
  place?: string | null;
  sha256?: string | null;
  quality?: string[] | null;
  url?: string | null;
}

export interface Question {
  id: string;
  text: string;
  answer: string;
}

export interface Questioning {
  questioning_id: string;
  id?: string;
  party_id?: string | null;
  ordinal?: number;
  began_at?: string | null;
  ended_at?: string | null;
  place?: string | null;
  rights_told_at?: string | null;
  questions: Question[];
}

export interface Sample {
  line_id: string;
  base: number | string;
  cartons: number | string;
  purpose?: string | null;
  method?: string | null;
  packing_form?: string | null;
  state?: string | null;
  sample_no?: string | null;
  sealed?: string | boolean | null;
}

export interface MissingField {
  field: string;
  label: string;
  path?: string | null;
}

export interface CaseDocument {
  id: string;
  code: string;
  name: string;
  number?: string | null;
  state: string;
  state_zh?: string;
  missing?: MissingField[];
  pages?: number | null;
  signed?: (string | { role: string; name?: string; at?: string })[];
  needs?: string[];
  copies?: unknown;
}

export interface Approval {
  id: string;
  purpose?: string;
  step?: string;
  role?: string;
  words?: string;
  state?: string;
  officer?: string | null;
  by?: string | null;
  opinion?: string | null;
  at?: string | null;
  kind?: string;
  [more: string]: unknown;
}

export interface TabletSeen {
  tablet: string;
  officer?: string | null;
  scans?: number;
  last_seen?: string | null;
  unsent?: number;
}

export interface PendingOperation {
  id: string;
  kind: string;
  at?: string;
  by?: string | null;
  payload?: Record<string, unknown>;
  detail?: string | null;
  [more: string]: unknown;
}

export interface CaseState {
  /** People are masked: whoever looks does not work on the case. Nothing of it may be sent back. */
  masked?: boolean;
  case: CaseFacts;
  inspection?: Record<string, any> | null;
  place?: Place | null;
  clue?: { source?: string | null; received_at?: string | null; text?: string | null } | null;
  parties: Party[];
  presence?: Presence | null;
  officers: Officer[];
  lines: Line[];
  unknown: { barcode: string; n: number; status?: string; line_id?: string }[];
  pending: PendingOperation[];
  totals: Totals;
  thresholds: Threshold[];
  codes: CartonCode[];
  photos: Photo[];
  photo_list: { what: string; must: boolean; have: number | boolean; code?: string }[];
  questionings: Questioning[];
  registration?: { reason?: string; storage_place?: string; way?: string; from?: string; until?: string } | null;
  oral_approval?: Record<string, any> | null;
  samples: Sample[];
  evidence: Record<string, any>[];
  causes: { code: string; name: string }[];
  counting?: { closed?: boolean; closed_at?: string | null; fact_version?: number | null } | null;
  deadlines: { code: string; what: string; due: string; provisional?: boolean; days_left?: number | null; article?: string; met?: boolean }[];
  approvals: Approval[];
  documents: CaseDocument[];
  tablets: TabletSeen[];
  next_act?: { code: string; words: string } | null;
  acts?: { code: string; words: string; article: string }[];
  service?: Record<string, any> | null;
  correction?: Record<string, any> | null;
  summary?: string | { text?: string } | null;
  valuer?: Officer | null;
  simple?: Record<string, any> | null;
  recorder?: { id: string; name?: string } | null;
  cursor: number;
}

export interface OutlineQuestion {
  id?: string;
  text: string;
  answers?: string[];
  usual_answers?: string[];
  insert?: string;
}

export interface Outline {
  code?: string;
  name?: string;
  questions: OutlineQuestion[];
  paragraphs?: (string | { code?: string; text: string })[];
  scene_facts?: (string | { code: string; text: string; words?: string })[];
}

export interface Kit {
  me: Officer & { unit?: string; key?: boolean };
  officers: Officer[];
  causes: { code: string; name: string; on_the_spot?: string[]; [more: string]: unknown }[];
  /** What a penalty on the spot may be: kinds, limits (CNY), the usual words of payment. */
  simple?: { penalties: { code: string; name: string }[]; citizen_max: string; organisation_max: string; payment: string };
  outlines: Outline[] | Record<string, Outline>;
  photo_lists?: unknown;
  settings: { gun_gap_ms?: number; gun_decide_ms?: number; gun_prefix?: string; [more: string]: unknown };
  districts: { code: string; name: string }[] | Record<string, string>;
  now?: string;
  heads?: { id: string; name: string }[];
  defaults?: Record<string, any>;
}

export interface Product {
  id: string;
  carton_barcode: string | null;
  pack_barcode?: string | null;
  case_barcode?: string | null;
  name: string;
  /** Pinyin initials of the name. */
  initials?: string | null;
  barcodes?: { code: string; unit: string }[];
  listed?: boolean;
  packs?: number | null;
  sticks?: number | null;
  price?: number | string | null;
  per?: string | null;
  price_mark?: string | null;
  type?: string | null;
  origin?: string | null;
}

export interface CatalogueData {
  version: string | number;
  products: Product[];
}
