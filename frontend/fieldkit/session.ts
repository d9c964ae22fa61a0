/** One case on one tablet: what is shown of it, and what its officers know besides: the lists, the catalogue, what is scanned. */

import { computed, inject, shallowRef, type ComputedRef, type InjectionKey, type ShallowRef } from "vue";
import { Problem, sentence, type Api } from "../field/api";
import { clockOffset, nowIso, setClock } from "../field/clock";
import { isForGood } from "../field/delivery";
import type { Operation, SubjectKind } from "../field/operations";
import type { Oplog } from "../field/oplog";
import { FieldSession } from "../field/session";
import { Catalogue, type CatalogueData } from "./catalogue";
import { isChoice } from "./choices";
import type { Kit } from "./kit.types";
import { tooLong } from "./limits";
import { lastUndoable, reduce, type Shown } from "./reduce";
import { Scanning } from "./scanning";
import type { CaseState } from "./types";

/** Forms that belong to the officer, not to a case. */
const OWN = "own";

export const CASES: SubjectKind = { kind: "case", opens: "case.open", path: (id) => `/enforcement/cases/${id}` };

export class Session extends FieldSession<CaseState> {
  readonly catalogue: ShallowRef<Catalogue> = shallowRef(new Catalogue());
  readonly kit: ShallowRef<Kit | null> = shallowRef(null);
  readonly shown: ComputedRef<Shown>;
  readonly scanning: Scanning;

  constructor(readonly caseId: string, api: Api, log: Oplog) {
    super(CASES, caseId, api, log);
    this.shown = computed(() => reduce(caseId, this.server.value, this.operations.value, this.catalogue.value));
    this.scanning = new Scanning(this);
  }

  protected place(): string {
    return this.shown.value.place?.address ?? "";
  }

  /** As in every room; but what is too long for the operation is not kept as one: it would be refused for good. */
  override async act(kind: string, payload: Record<string, unknown>, id?: string): Promise<Operation> {
    const [words] = Object.values(tooLong(kind, payload));
    if (words) {
      this.notify("danger", words);
      throw new RangeError(words);
    }
    return super.act(kind, payload, id);
  }

  protected override isShownElsewhere(operation: Operation): boolean {
    return isChoice(operation);
  }

  protected override async restore(): Promise<void> {
    const [kit, catalogue] = await Promise.all([this.log.form<Kit>(OWN, "kit"), this.log.setting<CatalogueData>("catalogue"), this.scanning.restore()]);
    if (kit) this.kit.value = kit;
    if (catalogue) this.catalogue.value = new Catalogue(catalogue);
  }

  /** The lists that change rarely: officers, questions, causes; and the catalogue of the day. */
  override async refresh(): Promise<void> {
    try {
      const kit = await this.api.get<Kit>("/enforcement/kit");
      setClock(kit.now);
      this.kit.value = kit;
      await this.log.keepForm(OWN, "kit", kit);
      await this.log.keepSetting("clock", clockOffset());
      const day = this.server.value?.case.began_at?.slice(0, 10) ?? nowIso().slice(0, 10);
      const data = await this.api.get<CatalogueData>(`/reference/catalogue?on=${day}`);
      if (String(data.version) !== this.catalogue.value.version) this.catalogue.value = new Catalogue(data);
      await this.log.keepSetting("catalogue", data);
    } catch (reason) {
      if (!this.kit.value) this.notify("warning", sentence(reason));
      if (!(reason instanceof Problem && isForGood(reason))) setTimeout(() => void this.refresh(), 15_000);
    }
  }

  /** Take the newest own count back: newest at this very moment, also one that is still being kept. */
  async undo(): Promise<Operation | undefined> {
    const operation = lastUndoable([...this.operations.value, ...this.keeping]);
    if (operation) await this.act("undo", { operation_id: operation.id });
    return operation;
  }
}

export const SESSION: InjectionKey<Session> = Symbol("session");

export function useSession(): Session {
  const session = inject(SESSION);
  if (!session) throw new Error("no case is open");
  return session;
}
