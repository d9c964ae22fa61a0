/** Made from docs/openapi.json by `npm run types`; not written by hand. */

/** A carton code (喷码) as it was read and judged. */
export interface CartonCode {
  company: string;
  confidence: number;
  id: string;
  licence_no: string;
  line_id: string;
  means: string;
  notices: string[];
  row1: string;
  row2: string;
  shop_name: string;
  sorted_on: string;
  words: string;
}

/** A step of an approval, with its words; `why`: what made its round void. */
export interface CaseApproval {
  asked_at: string | null;
  at: string | null;
  id: string;
  officer: string | null;
  opinion: string;
  purpose: string;
  purpose_zh: string;
  role: string;
  round: number;
  state: string;
  state_zh: string;
  step: string;
  why: string;
  words: string;
}

/** A cause (案由) of the case. */
export interface CaseCause {
  code: string;
  name: string;
}

/** A document: what it lacks, who signed, who still has to. `why`: what its making or its seal failed of, or why it must be made again. */
export interface CaseDocument {
  code: string;
  copies: [string, number][];
  id: string;
  missing: MissingFact[];
  name: string;
  needs: string[];
  number: string;
  pages: number | null;
  signed: Signature[];
  state: string;
  state_zh: string;
  why: string;
}

/** Number, state, whose it is; `correcting`: why signed facts are open for correction. */
export interface CaseFacts {
  began_at: string | null;
  clue_no: string;
  correcting: string | null;
  filed_on: string | null;
  id: string;
  number: string | null;
  opened_at: string | null;
  reason: string;
  state: string;
  state_zh: string;
  unit: CaseUnit;
}

/** One of the two officers. */
export interface CaseOfficer {
  certificate_no: string | null;
  certificate_valid_to: string | null;
  id: string;
  name: string;
}

/** As one officer may have it: `masked` where its people are, so that nothing of it may be sent back. */
export interface CaseState {
  acts: PossibleAct[];
  approvals: CaseApproval[];
  case: CaseFacts;
  causes: CaseCause[];
  clue: Clue;
  codes: CartonCode[];
  correction: Correction | null;
  counting: Counting;
  cursor: number;
  deadlines: Term[];
  documents: CaseDocument[];
  evidence: Evidence[];
  inspection: Visit;
  lines: Line[];
  making: SetMade | null;
  masked: boolean;
  next_act: Next | null;
  officers: CaseOfficer[];
  oral_approval: OralApproval | null;
  parties: Party[];
  pending: PendingOperation[];
  photo_list: ListedPhoto[];
  photos: Photo[];
  place: Place;
  presence: Presence;
  questionings: Questioning[];
  recorder: Named | null;
  registration: Registration | null;
  report: Report | null;
  samples: Sample[];
  service: Service | null;
  set_outcome: SetOutcome | null;
  simple: SpotPenalty | null;
  summary: string;
  tablets: TabletSeen[];
  thresholds: Threshold[];
  totals: Totals;
  unknown: UnknownGoods[];
  valuer: Named | null;
}

/** The bureau of a case, and its squad's name. */
export interface CaseUnit {
  id: string;
  name: string;
  squad: string;
}

/** An earlier value of a line. */
export interface Change {
  after: unknown;
  at: string | null;
  before: unknown;
  by: string | null;
  field: string;
  words: string;
}

/** Where the case comes from. */
export interface Clue {
  received_at: string | null;
  source: string;
  text: string;
}

/** What the party is ordered to put right. */
export interface Correction {
  at_once?: boolean;
  until?: string | null;
  what?: string;
}

/** Whether counting is closed. */
export interface Counting {
  closed: boolean;
  closed_at: string | null;
  fact_version: number;
}

/** A copy or extract of evidence. */
export interface Evidence {
  at: string | null;
  evidence_id: string;
  kind: string;
  photo_id: string | null;
  place: string;
  provided_by: string;
  way: string;
}

/** Goods of one kind: what was counted, in the line's own unit, and what that makes. */
export interface Line {
  bag_no: string;
  barcode: string;
  cartons: string | null;
  changed_by: string | null;
  codes: string[];
  description: string;
  goods: string;
  history: Change[];
  id: string;
  kind: "counterfeit" | "smuggled" | "diverted" | "unlicensed" | "to_test" | null;
  last_at: string | null;
  listed: boolean;
  name: string;
  note: string;
  outcome: string | null;
  packs_per_carton: number | null;
  party_id: string | null;
  per: string;
  price: string | null;
  price_basis: string;
  price_mark: string;
  price_reason: string;
  product_id: string | null;
  quantity: string;
  samples: string[];
  sticks: number | null;
  sticks_per_carton: number | null;
  strip_no: string;
  tail: string;
  unit: string;
  value: string | null;
  version: number;
}

/** How many of them there are. */
export interface ListedPhoto {
  code: string;
  have: number;
  must: boolean;
  what: string;
}

/** A fact that a document lacks. */
export interface MissingFact {
  field: string;
  label: string;
  path: string;
}

/** Somebody or something by id and name. */
export interface Named {
  id: string;
  name: string;
}

/** The act that comes next, as the primary button says it. */
export interface Next {
  code: string;
  words: string;
}

/** An oral approval, until it is made up in writing. */
export interface OralApproval {
  at: string | null;
  by: string;
  by_officer_id: string;
  made_up_at: string | null;
  reason: string;
}

/** What is not counted in cartons. */
export interface OtherUnit {
  quantity: string;
  unit: string;
}

/** A party (当事人); `representative`: an organisation's, as it was entered. */
export interface Party {
  address: string;
  born_on: string | null;
  ethnicity: string;
  id: string;
  id_kind: string;
  id_no: string;
  kind: string;
  licence_no: string;
  licence_valid_to: string | null;
  name: string;
  occupation: string;
  party_id: string;
  phone: string;
  representative: Record<string, unknown> | null;
  sex: string;
}

/** An operation that waits. */
export interface PendingOperation {
  at: string | null;
  by: string;
  detail: string;
  id: string;
  kind: string;
  payload: Record<string, unknown>;
  status: string;
  tablet: string;
}

/** The person in charge on the spot, or a witness. */
export interface Person {
  address?: string;
  id_kind?: string;
  id_no?: string;
  name: string;
  phone?: string;
  relation?: string;
  sex?: string;
}

/** A photograph; its address once the original is kept, and the officer may see it. */
export interface Photo {
  caption: string;
  id: string;
  kept: boolean;
  line_id: string | null;
  photo_id: string;
  place: string;
  quality: string[];
  sha256: string;
  taken_at: string | null;
  url: string | null;
  what: string;
}

/** Where the visit is. */
export interface Place {
  address: string;
  district_code: string;
  latitude: number | null;
  longitude: number | null;
  shop_name: string;
}

/** An act that the officer may do now, with its article. */
export interface PossibleAct {
  article: string;
  code: string;
  words: string;
}

/** Who was there, and whether somebody refuses to sign. */
export interface Presence {
  party_present: boolean | null;
  person_in_charge: Person | null;
  refusal_reason: string;
  refuses_to_sign: boolean;
  witness: Person | null;
}

/** One question with its answer. */
export interface Question {
  answer: string;
  id: string;
  text: string;
}

/** A questioning (询问). */
export interface Questioning {
  began_at: string | null;
  ended_at: string | null;
  id: string;
  ordinal: number;
  party_id: string | null;
  place: string;
  questioning_id: string;
  questions: Question[];
  rights_told_at: string | null;
}

export interface Registration {
  approved_at: string | null;
  from: string | null;
  reason: string;
  storage_place: string;
  submitted_at: string | null;
  until: string | null;
  way: string;
}

/** A report from the public (举报). */
export interface Report {
  anonymous: boolean;
  at: string | null;
  by: string;
  text: string;
  way: string;
}

/** A sample taken from a line. */
export interface Sample {
  base: string;
  cartons: string;
  line_id: string;
  method: string;
  packing_form: string;
  purpose: string;
  sample_no: string;
  sealed: string;
  state: string;
}

/** Where papers reach the party. */
export interface Service {
  address?: string;
  electronic?: boolean | null;
  electronic_way?: string;
  phone?: string;
  receiver?: string;
  substitute?: string;
  way?: string;
}

/** How far the set of documents is that is being made; `error`: where the last one was broken off. */
export interface SetMade {
  done: number;
  error: string;
  open: boolean;
  total: number;
  words: string;
}

/** What became of the papers of the set that was made last: how many are new, as they were, incomplete, failed. */
export interface SetOutcome {
  failed: number;
  incomplete: number;
  made: number;
  unchanged: number;
}

/** A place of signature on a document, its role in words; `personal`: it is not an officer's. */
export interface Signature {
  at: string;
  name: string;
  personal: boolean;
  refused: string;
  role: string;
  words: string;
}

/** A penalty on the spot (当场处罚). `bases`: what a cause's shares are of (CNY), by its code. */
export interface SpotPenalty {
  amount?: string | null;
  bases?: Record<string, string>;
  circumstances?: string[];
  decided_at?: string;
  defence?: string;
  facts?: string;
  income?: string | null;
  payment?: string;
  penalty_kind?: string;
}

/** A tablet of the case. */
export interface TabletSeen {
  last_seen: string | null;
  officer: string;
  scans: number;
  tablet: string;
  unsent: number;
}

/** A term: when it ends, and what is left of it, in words and by urgency (danger, warning, quiet; blank: ended). */
export interface Term {
  article: string;
  certainty: string;
  code: string;
  due: string;
  due_at: string | null;
  ending: string;
  left: string;
  left_level: string;
  met: boolean;
  note: string;
  provisional: boolean;
  what: string;
}

/** A threshold that lights up: how urgent, in words, its article, how it is computed. */
export interface Threshold {
  article: string;
  code: string;
  detail: string;
  level: "danger" | "warning" | "info" | "off";
  words: string;
}

/** The sums of all lines. */
export interface Totals {
  by_kind: Record<string, string>;
  cartons: string;
  lines: number;
  other_units: OtherUnit[];
  sticks: number;
  unpriced: number;
  value: string;
  without_sticks: number;
}

/** A barcode that nobody named yet. */
export interface UnknownGoods {
  barcode: string;
  line_id: string;
  n: string;
  status: string;
}

/** Times and scene of the visit. */
export interface Visit {
  began_at: string | null;
  certificates_shown_at: string | null;
  ended_at: string | null;
  narrative: string;
  narrative_facts: string[];
  remarks: string;
}
