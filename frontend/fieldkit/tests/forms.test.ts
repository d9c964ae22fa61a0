// @vitest-environment jsdom
// What is shown masked is no fact: a form over it keeps and sends nothing.
import { describe, expect, it, vi } from "vitest";
import { computed, createApp, defineComponent, h, nextTick, ref } from "vue";
import { useForm, type Form } from "../forms";
import { emptyState } from "../reduce";
import { SESSION, type Session } from "../session";

const CASE = "018f0000-0000-7000-8000-000000000001";

async function typed(masked: boolean): Promise<{ acts: unknown[][]; kept: unknown[][] }> {
  const acts: unknown[][] = [];
  const kept: unknown[][] = [];
  const state = ref({ ...emptyState(CASE), masked, unsent: 0, parties: [{ party_id: "p", name: "叶**", phone: "139****0001" }] });
  const session = {
    caseId: CASE, opened: true, shown: computed(() => state.value), drafts: new Set(),
    act: async (...what: unknown[]) => void acts.push(what),
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
