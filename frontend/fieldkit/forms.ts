/** Forms that lose nothing: each key is kept on the tablet, each finished field is sent, an error clears nothing. */

import { computed, onBeforeUnmount, reactive, ref, watch, type ComputedRef, type Ref } from "vue";
import { clockTime, nowIso } from "../field/clock";
import { t } from "../field/i18n";
import { tooLong } from "./limits";
import { useSession } from "./session";

export interface FormOptions<T extends object> {
  /** The name under which the draft is kept. */
  name: string;
  kind: string;
  blank: T;
  /** What the case says now. */
  source: () => Partial<T> | null | undefined;
  /** What is sent; nothing if there is nothing to send yet. */
  payload: (form: T) => Record<string, unknown> | null;
  /** What is wrong, by field; a form with errors is kept, not sent. */
  errors?: (form: T) => Record<string, string>;
}

/** What became of what was typed last, as the form's head says it. */
export interface Mark {
  level: "saved" | "kept" | "wrong" | "refused";
  /** When, as 09:12. */
  at?: string;
  /** Why it was not taken, and what had been typed: it can be copied from here. */
  reason?: string;
  typed?: string[];
  /** It was read: put it away. */
  dismiss?: () => Promise<void>;
}

export interface Form<T extends object> {
  form: T;
  errors: ComputedRef<Record<string, string>>;
  mark: ComputedRef<Mark | null>;
  dirty: Ref<boolean>;
  /** Fill what is blank with a default. That is not typing: what the case says later still takes its place. */
  suggest: (values: Partial<T>) => void;
  /** Send what was typed, if it is whole. */
  send: () => Promise<void>;
}

/** A form over one part of the case. */
export function useForm<T extends object>(options: FormOptions<T>): Form<T> {
  const session = useSession();
  const form = reactive({ ...options.blank }) as T;
  const savedAt = ref("");
  const dirty = ref(false);
  const errors = computed(() => withoutEmpty({ ...tooLong(options.kind, options.payload(form)), ...options.errors?.(form) }));
  /** The operation that took what was typed here last. */
  const last = ref("");
  let sent = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const text = (): string => JSON.stringify(form);
  const settle = (): void => {
    sent = text();
    dirty.value = false;
    clearTimeout(timer);
  };
  const take = (values: Partial<T> | null | undefined): void => {
    for (const [key, value] of Object.entries(values ?? {}))
      (form as Record<string, unknown>)[key] = value ?? options.blank[key as keyof T];
    settle();
  };
  const suggest = (values: Partial<T>): void => {
    const untouched = !dirty.value;
    for (const [key, value] of Object.entries(values)) (form as Record<string, unknown>)[key] ||= value;
    if (untouched) settle();
  };
  /** What is shown masked is no fact: it is neither kept nor sent. */
  const masked = (): boolean => Boolean(session.shown.value.masked);
  const keep = async (): Promise<void> => {
    if (masked()) return;
    const at = await session.log.keepForm(session.caseId, options.name, form);
    savedAt.value = clockTime(at);
  };
  const send = async (): Promise<void> => {
    if (!dirty.value || masked() || !session.opened || Object.keys(errors.value).length) return;
    const payload = options.payload(form);
    if (!payload) return;
    if (refused.value) await session.putAway(refused.value);
    settle();
    last.value = (await session.act(options.kind, payload)).id;
    await session.log.keepForm(session.caseId, `${options.name}|sent`, last.value);
    await session.log.dropForm(session.caseId, options.name);
    savedAt.value = clockTime(nowIso());
  };
  const refused = computed(() => session.refusals.find((one) => one.id === last.value));
  const mark = computed<Mark | null>(() => {
    if (refused.value) {
      const operation = refused.value;
      return { level: "refused", reason: operation.detail || t("这一步没有被接受"), typed: typedIn(operation.payload, options.payload(form)), dismiss: () => session.putAway(operation) };
    }
    if (dirty.value && Object.keys(errors.value).length) return { level: "wrong" };
    if (!savedAt.value) return null;
    const isSent = session.operations.value.some((one) => one.id === last.value && one.status !== "waiting");
    return { level: !dirty.value && isSent ? "saved" : "kept", at: savedAt.value };
  });

  take(options.source());
  void session.log.form<T>(session.caseId, options.name).then((draft) => {
    if (!draft || dirty.value) return;
    Object.assign(form, draft);
    dirty.value = text() !== sent;
  });
  void session.log.form<string>(session.caseId, `${options.name}|sent`).then((id) => (last.value ||= id ?? ""));
  watch(() => JSON.stringify(options.source() ?? {}), () => dirty.value || take(options.source()));
  // At once, not after the event: the field's own change event asks for the sending, and must find it dirty.
  watch(form, () => {
    if (text() === sent) return;
    dirty.value = true;
    clearTimeout(timer);
    timer = setTimeout(() => void keep(), 150);
  }, { deep: true, flush: "sync" });
  session.drafts.add(send);
  const leaving = (): void => void (dirty.value && keep());
  addEventListener("pagehide", leaving);
  onBeforeUnmount(() => {
    removeEventListener("pagehide", leaving);
    session.drafts.delete(send);
    leaving();
    void send();
  });
  return { form, errors, mark, dirty, suggest, send };
}

/** Words that were typed and do not stand now, one for each field. */
export function typedIn(payload: unknown, standing: unknown): string[] {
  if (payload === standing || payload === null || payload === undefined || typeof payload === "boolean") return [];
  if (typeof payload !== "object") return String(payload) && !IS_ID.test(String(payload)) ? [String(payload)] : [];
  const there = (standing ?? {}) as Record<string, unknown>;
  return Object.entries(payload).flatMap(([name, value]) => typedIn(value, there[name]));
}

const IS_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

function withoutEmpty(errors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).filter(([, words]) => words));
}

/** Only what was filled in. */
export function filled(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== undefined));
}

/** Empty texts as nothing, for facts that were cleared on purpose. */
export function nullable<T extends object>(values: T): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === "" ? null : value]));
}
