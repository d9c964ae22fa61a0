/** What happens in the counting step: which line is selected by hand, what is being keyed, what a tap adds. */

import { computed, ref, type ComputedRef, type Ref } from "vue";
import { cartonsPer, number, quantity, tidy, unitCode, unitWord } from "./amounts";
import { t } from "../field/i18n";
import type { Operation } from "../field/operations";
import { isChoice } from "./choices";
import { nextKind } from "./kinds";
import { notWhole, QUANTITY } from "./numbers";
import type { ShownLine } from "./reduce";
import type { Session } from "./session";

export type SheetName = "unlisted" | "code" | "split" | "sample" | "tail" | "camera" | "close" | "photos" | "price" | "choose" | "keys";

const SPELLING_MS = 4000;

export class Counting {
  readonly selectedId: Ref<string | null> = ref(null);
  /** Digits keyed for the selected line, not yet closed by Enter. */
  readonly typed: Ref<string> = ref("");
  /** The unit in which quantities are keyed and tapped. */
  readonly unit: Ref<string> = ref("carton");
  /** A pane of the line is open for a price, a seal, a name: what is typed beside its fields is no quantity. */
  readonly entering: Ref<boolean> = ref(false);
  readonly sheet: Ref<{ name: SheetName; barcode?: string; lineId?: string } | null> = ref(null);
  readonly selected: ComputedRef<ShownLine | undefined>;
  readonly closed: ComputedRef<boolean>;
  private seen = 0;
  private spelled = "";
  private spelledAt = 0;

  constructor(private readonly session: Session) {
    this.selected = computed(() => session.shown.value.lines.find((line) => line.id === this.selectedId.value));
    this.closed = computed(() => Boolean(session.shown.value.counting?.closed));
  }

  select(id: string | null): void {
    if (this.selectedId.value === id) return;
    this.selectedId.value = id;
    this.typed.value = "";
    this.unit.value = unitCode(this.selected.value?.unit);
  }

  /** One row up or down; the first arrow selects the first or last row. */
  move(step: 1 | -1): void {
    const lines = this.session.shown.value.lines;
    if (!lines.length) return;
    const at = lines.findIndex((line) => line.id === this.selectedId.value);
    const next = at < 0 ? (step > 0 ? 0 : lines.length - 1) : Math.max(0, Math.min(lines.length - 1, at + step));
    this.select(lines[next]!.id);
  }

  /** A digit, a point or a backspace for the selected line. */
  type(key: string, at = 0): boolean {
    this.spell(key, at);
    const line = this.selected.value;
    if (!line || this.entering.value) return false;
    if (key === "Backspace") this.typed.value = this.typed.value.slice(0, -1);
    else if (/^\d$/.test(key) || (key === "." && this.typed.value && !this.typed.value.includes("."))) {
      if (!this.typed.value) this.seen = this.inUnit(line);
      this.typed.value += key;
    } else return false;
    return true;
  }

  /** A whole barcode typed by hand, or by a gun slower than guns are, outside of any field: it is scanned all the same. */
  private spell(key: string, at: number): void {
    const goesOn = at - this.spelledAt < SPELLING_MS;
    this.spelled = /^\d$/.test(key) ? (goesOn ? this.spelled : "") + key : "";
    this.spelledAt = at;
  }

  /** Something was scanned: what was being keyed is dropped. */
  forgetTyped(): void {
    this.typed.value = "";
    this.spelled = "";
  }

  /** Enter after twelve digits or more: no quantity is as long, so it is a barcode. */
  takeSpelled(at: number): string | null {
    const barcode = at - this.spelledAt < SPELLING_MS && this.spelled.length >= 12 ? this.spelled : null;
    this.spelled = "";
    if (barcode) this.typed.value = "";
    return barcode;
  }

  /** Enter: the quantity becomes what was keyed, sent as the difference from what was seen. */
  async commit(): Promise<void> {
    const line = this.selected.value;
    if (!line || !this.typed.value) return;
    const wanted = Number(this.typed.value);
    const { seen } = this;
    this.typed.value = "";
    if (wanted > QUANTITY.most) return this.session.notify("warning", t("{n} 太大，像是条码；数量没有改", { n: wanted }));
    const fault = notWhole(wanted, this.unit.value, line.packs_per_carton, line.sticks_per_carton);
    if (fault) return this.session.notify("warning", t("数量没有改：{why}", { why: fault }));
    if (Number.isFinite(wanted) && wanted !== seen) await this.differ(line, tidy(wanted - seen), seen);
  }

  /** ×1 ×5 ×10 ×50: so many more of the selected line. */
  async tap(line: ShownLine, n: number, unit = this.unit.value): Promise<void> {
    const seen = this.inUnit(line, unit);
    if (seen + n < 0) return this.session.notify("warning", t("数量不能小于 0：现在 {n}", { n: quantity(seen) }));
    await this.differ(line, n, seen, unit);
  }

  /** What a line's quantity is in the unit that is keyed. */
  inUnit(line: ShownLine, unit = this.unit.value): number {
    const own = cartonsPer(unitCode(line.unit), line.packs_per_carton, line.sticks_per_carton);
    const asked = cartonsPer(unit, line.packs_per_carton, line.sticks_per_carton);
    const amount = number(line.quantity) ?? 0;
    return unit === unitCode(line.unit) || own === null || asked === null ? amount : tidy((amount * own) / asked);
  }

  private async differ(line: ShownLine, difference: number, seen: number, unit = this.unit.value): Promise<void> {
    if (this.closed.value) return this.session.notify("warning", t("清点已结束，要改数请先“继续清点”"));
    await this.session.act("quantity.difference", { line_id: line.id, unit, difference, seen });
  }

  async cycleKind(): Promise<void> {
    const line = this.selected.value;
    if (line) await this.session.act("line.set", { line_id: line.id, kind: nextKind(line.kind) });
  }

  async setKind(line: ShownLine, kind: string): Promise<void> {
    if (line.kind !== kind) await this.session.act("line.set", { line_id: line.id, kind });
  }

  async undo(): Promise<void> {
    this.typed.value = "";
    const taken = await this.session.undo();
    this.session.notify("info", taken ? t("已撤销：{what}", { what: this.name(taken) }) : t("没有可以撤销的"));
  }

  /** What an operation did, in a few words. */
  name(operation: Operation): string {
    const { payload } = operation;
    const line = this.session.shown.value.lines.find((one) => one.id === payload.line_id || one.barcode === payload.barcode);
    const found = this.session.catalogue.value.identify(String(payload.barcode ?? "")).candidates[0]?.product.name;
    const what = line?.name ?? found ?? String(payload.barcode ?? "");
    if (operation.kind === "line.set") return `${what} · ${Object.keys(payload).filter((key) => key in CHANGED).map((key) => t(CHANGED[key]!)).join("、")}`;
    const n = number(payload.n ?? payload.difference) ?? 0;
    return `${what} ${n > 0 ? "+" : ""}${quantity(n)} ${unitWord(String(payload.unit ?? "carton"))}`;
  }
}

const CHANGED: Record<string, string> = { kind: "类别", price: "单价", name: "名称", bag_no: "封装", strip_no: "封装", sticks_per_carton: "支" };

/** Keyed quantities that met another tablet's: both values, to choose from. */
export function choicesOf(session: Session): { operation: Operation; line: ShownLine | undefined; mine: number; now: number }[] {
  return session.refusals.filter(isChoice).map((operation) => {
    const line = session.shown.value.lines.find((one) => one.id === operation.payload.line_id);
    const mine = (number(operation.payload.seen) ?? 0) + (number(operation.payload.difference) ?? 0);
    return { operation, line, mine, now: number(line?.quantity) ?? 0 };
  });
}
