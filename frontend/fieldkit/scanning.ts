/** From a barcode to a count: what it is, how it sounds, where it goes. Nothing that was scanned is dropped. */

import { reactive, ref, type Ref } from "vue";
import type { Candidate, Catalogue, Identified } from "./catalogue";
import { nowIso } from "../field/clock";
import type { Operation } from "../field/operations";
import type { Oplog } from "../field/oplog";
import { lineId, type Shown } from "./reduce";
import { play, type Sound } from "./sounds";

export interface LastScan {
  barcode: string;
  /** `kept`: counting is closed; it waits, and is in no line. */
  sound: Sound | "ambiguous" | "kept";
  name: string;
  lineId: string | null;
  unit: string;
  n: number;
  operationId: string | null;
  /** Counts up, so that the flash shows again for the same goods. */
  turn: number;
}

export interface Misread {
  barcode: string;
  at: string;
}

export interface SharedScan {
  barcode: string;
  n: number;
}

/** Where goods are counted: an open case. */
export interface Counted {
  caseId: string;
  log: Oplog;
  catalogue: { value: Catalogue };
  shown: { value: Shown };
  act(kind: string, payload: Record<string, unknown>): Promise<Operation>;
}

export type Via = "gun" | "camera" | "tail" | "name";

export class Scanning {
  readonly last: Ref<LastScan | null> = ref(null);
  readonly misreads: Misread[] = reactive([]);
  readonly shared: SharedScan[] = reactive([]);
  /** What was chosen for a shared barcode in this case, asked once. */
  readonly choices = reactive(new Map<string, string>());
  /** Whose goods are being counted; nothing while the case has one party. */
  readonly party: Ref<string | null> = ref(null);
  /** Counts up as a scan begins, before it is kept: what was being keyed by hand ends there. */
  readonly begun: Ref<number> = ref(0);
  private turns = 0;

  constructor(private readonly session: Counted) {}

  async restore(): Promise<void> {
    const kept = await this.session.log.form<{ misreads: Misread[]; shared: SharedScan[]; choices: [string, string][] }>(
      this.session.caseId, "scanning",
    );
    if (!kept) return;
    this.misreads.splice(0, Infinity, ...kept.misreads);
    this.shared.splice(0, Infinity, ...kept.shared);
    kept.choices.forEach(([barcode, product]) => this.choices.set(barcode, product));
  }

  /** A barcode was read. Resolves when it is kept. */
  async scan(barcode: string, via: Via = "gun", n = 1): Promise<void> {
    this.begun.value++;
    const found = this.session.catalogue.value.identify(barcode);
    if (found.status === "misread" || found.status === "not_a_barcode") return this.misread(barcode);
    const chosen = found.candidates.find((one) => one.product.id === this.choices.get(barcode));
    if (found.status === "ambiguous" && !chosen) return this.hold(barcode, n);
    await this.count(barcode, chosen ?? found.candidates[0], via, n, found);
  }

  /** A product was chosen from a list, not from a barcode in hand. */
  async pick({ product, unit }: Candidate, via: Via, n: number): Promise<void> {
    const barcode = product.carton_barcode || product.barcodes?.[0]?.code || "";
    await this.count(barcode, { product, unit }, via, n, { status: "known", candidates: [{ product, unit }] }, true);
  }

  /** Goods under one barcode that several products share: all that wait are this product. */
  async choose(shared: SharedScan, { product, unit }: Candidate, remember: boolean): Promise<void> {
    const found: Identified = { status: "known", candidates: [{ product, unit }] };
    this.shared.splice(this.shared.indexOf(shared), 1);
    if (remember) this.choices.set(shared.barcode, product.id);
    await this.count(shared.barcode, { product, unit }, "gun", shared.n, found, true);
    await this.keep();
  }

  async forget(misread: Misread): Promise<void> {
    this.misreads.splice(this.misreads.indexOf(misread), 1);
    await this.keep();
  }

  private async count(
    barcode: string, candidate: Candidate | undefined, via: Via, n: number, found: Identified, named = false,
  ): Promise<void> {
    const { caseId, shown } = this.session;
    const id = lineId(caseId, this.party.value, barcode, candidate?.product);
    const listed = shown.value.lines.find((line) => line.id === id);
    const repeated = this.last.value?.lineId === id && (candidate !== undefined || listed !== undefined);
    const known = candidate !== undefined || listed !== undefined;
    const isClosed = Boolean(shown.value.counting?.closed);
    const sound: Sound = !known || isClosed ? "unknown" : repeated ? "repeated" : "known";
    play(sound);
    const payload: Record<string, unknown> = { barcode, n, via };
    if (candidate) payload.unit = candidate.unit;
    if (candidate && (named || found.status === "ambiguous" || via !== "gun")) payload.product_id = candidate.product.id;
    if (this.party.value) payload.party_id = this.party.value;
    const operation = await this.session.act("scan", payload);
    this.show({
      barcode, sound: isClosed ? "kept" : sound, n, unit: candidate?.unit ?? "carton", operationId: operation.id, lineId: known && !isClosed ? id : null,
      name: candidate?.product.name ?? listed?.name ?? barcode,
    });
  }

  private async misread(barcode: string): Promise<void> {
    play("misread");
    this.misreads.push({ barcode, at: nowIso() });
    await this.keep();
    this.show({ barcode, sound: "misread", n: 0, unit: "carton", operationId: null, lineId: null, name: barcode });
  }

  private async hold(barcode: string, n: number): Promise<void> {
    play("unknown");
    const waiting = this.shared.find((one) => one.barcode === barcode);
    if (waiting) waiting.n += n;
    else this.shared.push({ barcode, n });
    await this.keep();
    this.show({ barcode, sound: "ambiguous", n, unit: "carton", operationId: null, lineId: null, name: barcode });
  }

  private show(scan: Omit<LastScan, "turn">): void {
    this.last.value = { ...scan, turn: ++this.turns };
  }

  private keep(): Promise<unknown> {
    const { misreads, shared, choices } = this;
    return this.session.log.keepForm(this.session.caseId, "scanning", { misreads, shared, choices: [...choices] });
  }
}
