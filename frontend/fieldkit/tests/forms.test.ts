// @vitest-environment jsdom
// What is shown masked is no fact: a form over it keeps and sends nothing.
import { describe, expect, it, vi } from "vitest";
import { computed, createApp, defineComponent, h, nextTick, ref } from "vue";
import { typedIn, useForm, type Form } from "../forms";
import type { Operation } from "../../field/operations";
import { emptyState } from "../reduce";
import { SESSION, type Session } from "../session";

const CASE = "018f0000-0000-7000-8000-000000000001";

async function typed(masked: boolean): Promise<{ acts: unknown[][]; kept: unknown[][] }> {
  const acts: unknown[][] = [];
  const kept: unknown[][] = [];
  const state = ref({ ...emptyState(CASE), masked, unsent: 0, parties: [{ party_id: "p", name: "叶**", phone: "139****0001" }] });
  const session = {
    caseId: CASE, opened: true, shown: computed(() => state.value), drafts: new Set(), refusals: [], operations: ref([]),
    act: async (...what: unknown[]) => (acts.push(what), { id: "o" }),
    log: {
      form: async () => undefined, dropForm: async () => undefined,
      keepForm: async (...what: unknown[]) => (kept.push(what), new Date().toISOString()),
    },
  } as unknown as Session;
  let made: Form<{ name: string; phone: string }> | undefined;
  const app = createApp(defineComponent(() => {
    made = useForm({
      name: "party", kind: "party.set", blank: { name: "", phone: "" },
      source: () => ({ name: state.value.parties[0]!.name, phone: state.value.parties[0]!.phone }),
      payload: (values) => ({ ...values }),
    });
    return () => h("div");
  }));
  app.provide(SESSION, session);
  vi.useFakeTimers();
  app.mount(document.createElement("div"));
  made!.form.name = "叶森";
  await nextTick();
  vi.advanceTimersByTime(1000);
  vi.useRealTimers();
  await made!.send();
  app.unmount();
  await Promise.resolve();
  return { acts, kept };
}

describe("a form", () => {
  it("sends what was typed", async () => {
    const { acts, kept } = await typed(false);
    expect(acts).toEqual([["party.set", { name: "叶森", phone: "139****0001" }]]);
    expect(kept.length).toBeGreaterThan(0);
  });
  it("over masked people keeps and sends nothing", async () => {
    expect(await typed(true)).toEqual({ acts: [], kept: [] });
  });
});

/** A form over the party's address, whose server answers as it is told to. */
async function answered(status: "waiting" | "applied" | "refused", typed = "湖滨南路 1 号") {
  const operations = ref<Operation[]>([]);
  const put: string[] = [];
  const session = {
    caseId: CASE, opened: true, shown: computed(() => ({ ...emptyState(CASE), unsent: 0 })), drafts: new Set(), operations,
    get refusals() { return operations.value.filter((one) => one.status === "refused" && !one.seen); },
    act: async (kind: string, payload: Record<string, unknown>) => {
      operations.value = [...operations.value, { id: `o${operations.value.length}`, kind, payload, status, detail: "相关文书已签名" } as Operation];
      return operations.value.at(-1);
    },
    putAway: async (one: Operation) => void (put.push(one.id), operations.value = operations.value.map((other) => (other.id === one.id ? { ...other, seen: true } : other))),
    log: { form: async () => undefined, dropForm: async () => undefined, keepForm: async () => new Date().toISOString() },
  } as unknown as Session;
  let made!: Form<{ address: string }>;
  const app = createApp(defineComponent(() => {
    made = useForm({ name: "party", kind: "party.set", blank: { address: "" }, source: () => ({ address: "旧址" }), payload: (values) => ({ party_id: CASE, ...values }) });
    return () => h("div");
  }));
  app.provide(SESSION, session);
  app.mount(document.createElement("div"));
  made.form.address = typed;
  await made.send();
  return { made, operations, put, app };
}

describe("the head of a form", () => {
  it.each([["waiting", "kept"], ["applied", "saved"]] as const)("says of what is %s that it is %s", async (status, level) => {
    expect((await answered(status)).made.mark.value?.level).toBe(level);
  });
  it("says that a refusal was not saved, why, and what had been typed", async () => {
    const { made, put } = await answered("refused");
    expect(made.mark.value).toMatchObject({ level: "refused", reason: "相关文书已签名", typed: [] });
    made.form.address = "旧址";
    expect(made.mark.value).toMatchObject({ typed: ["湖滨南路 1 号"] });
    await made.mark.value!.dismiss!();
    expect(put).toEqual(["o0"]);
    expect(made.mark.value?.level).not.toBe("refused");
  });
  it("puts the refusal away when something else is sent", async () => {
    const { made, put } = await answered("refused");
    made.form.address = "再填";
    await made.send();
    expect(put).toEqual(["o0"]);
  });
  it("does not send what is too long, and keeps it", async () => {
    const { made, operations } = await answered("applied", "长".repeat(301));
    expect([operations.value.length, made.mark.value, made.form.address.length]).toEqual([0, { level: "wrong" }, 301]);
  });
  it("tells what was typed, not ids, switches or what stands", () => {
    expect(typedIn({ party_id: CASE, present: true, who: { name: "甲", phone: "1" }, facts: ["a", "b"] }, { who: { name: "甲" }, facts: ["a"] })).toEqual(["1", "b"]);
  });
});
