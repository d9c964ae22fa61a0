/** A server in memory that applies operations by the tablet's own rules. Persons, shops and numbers are made up. */
import catalogue from "./catalogue.json";
import { Catalogue, type CatalogueData } from "../catalogue";
import { emptyState, reduce } from "../reduce";
import type { Operation, OperationResult } from "../../field/operations";
import type { CaseState } from "../types";

const shelf = new Catalogue(catalogue as CatalogueData);
const states = new Map<string, CaseState>();
const seen = new Set<string>();
let down = false;
Object.assign(window, { fakeServer: { setDown: (on: boolean) => (down = on), states } });

const OFFICERS = ["甲", "乙", "丙", "丁"].map((name, i) => ({ id: `018f0000-0000-7000-8000-00000000010${i}`, name, certificate_no: `3502061000${i + 1}`, certificate_valid_to: null, unit: "", works: i < 3, values: true }));
const QUESTIONS = [
  ["身份", "请说明你的姓名、身份证号、住址和职业。", []],
  ["rights", "我们是厦门市湖里区烟草专卖局执法人员，这是执法证件。你有申请回避、陈述申辩的权利，是否听清？", ["听清楚了，不申请回避。", "申请回避。"]],
  ["shop", "{shop}由谁经营？", ["由我本人经营。", "由我和配偶共同经营。", "由他人经营，我是店员。"]],
  ["licence", "是否持有烟草专卖零售许可证？", ["有，许可证号{licence_no}。", "没有。"]],
  ["goods", "今天在你店内查获的卷烟都有哪些？", ["{goods}，都是我店的。"]],
  ["source", "这些卷烟从哪里进的货？", ["从外地朋友处购进，没有从当地烟草公司进货。", "从不认识的人手上购进。", "别人寄放在我店的。"]],
  ["paid", "进货价格和付款方式？", ["比烟草公司便宜，微信付款。", "现金付款，没有票据。"]],
  ["sold", "是否已经销售？", ["还没有销售。", "已卖出少量。"]],
] as const;
const KIT = {
  me: { ...OFFICERS[0], unit: "厦门市湖里区烟草专卖局", key: true },
  officers: OFFICERS,
  causes: [
    { code: "R01", name: "未在当地烟草专卖批发企业进货" }, { code: "R02", name: "无烟草专卖零售许可证经营烟草制品零售业务" },
    { code: "R03", name: "销售非法生产的烟草专卖品" }, { code: "R04", name: "无烟草专卖品准运证运输烟草专卖品" },
  ],
  outlines: [{
    code: "R01", questions: QUESTIONS.map(([id, text, answers]) => ({ id, text, answers: [...answers] })),
    scene_facts: [
      { code: "shelf", words: "货架陈列", text: "店内货架上陈列有卷烟" }, { code: "store", words: "仓库堆放", text: "店铺后侧仓库内堆放有成件卷烟" },
      { code: "hidden", words: "隐蔽存放", text: "柜台下方隔板内藏有卷烟" }, { code: "no_mark", words: "喷码非本店", text: "部分卷烟条盒喷码不是本店许可证号" },
    ],
  }],
  settings: { gun_gap_ms: 40, gun_decide_ms: 45, gun_prefix: "" },
  districts: { "350203": "思明区", "350206": "湖里区", "350211": "集美区", "350212": "同安区" },
  heads: [{ id: OFFICERS[3]!.id, name: "丁" }],
  defaults: { second_officer_id: OFFICERS[1]!.id, district_code: "350206", storage_place: "厦门市湖里区局涉案物品仓库 3 号架" },
};
const SHOP = {
  licence_no: "350206150798", holder_name: "叶𬭎森", holder_id: "350206197908178556", uscc: "", phone: "13900000000", shop_name: "湖里区顺和盛食杂店",
  district_code: "350206", address: "厦门市湖里区枋湖南路88号之103店面", longitude: 118.1262, latitude: 24.5131, standing: "valid", standing_words: "有效", valid_to: "2028-06-27",
};
const PAPERS = [
  ["D02", "检查（勘验）笔录", "", 2], ["D03", "证据先行登记保存批准书", "厦湖烟存批〔2025〕第9号", 3], ["D04", "证据先行登记保存通知书", "厦湖烟存通〔2025〕第9号", 3],
  ["D05", "抽样取证物品清单", "", 1], ["D07", "询问笔录", "", 3], ["D08", "立案报告表", "", 1], ["D13", "涉案烟草专卖品核价表", "", 2],
] as const;

function json(body: unknown, status = 200): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function decorate(state: CaseState): CaseState {
  const cartons = Number(state.totals.cartons);
  const value = Number(state.totals.value);
  const smuggled = Number(state.totals.by_kind.smuggled ?? 0);
  state.officers = OFFICERS.slice(0, 2);
  state.case.state_zh = "检查中";
  state.thresholds = cartons ? [
    { code: "hearing", level: value * 0.1 > 10000 ? "danger" : "info", words: `听证：最高罚款 ¥${Math.round(value * 0.1).toLocaleString("en-US")}`, article: "处罚法 63", detail: "拟罚款数额较大的，告知听证权利。" },
    ...(smuggled ? [{ code: "smuggling", level: "warning" as const, words: `走私 ${smuggled} 条：核对数额移送`, article: "专卖法 37", detail: "" }] : []),
    { code: "illegal_business", level: "off", words: "非法经营：持证户，不适用", article: "解释 3", detail: "" },
  ] : [];
  state.codes = state.codes.map((code) => ({ ...code, waiting: false, means: code.row2.endsWith("350206150798") ? "own_shop" : "other_shop", licence_no: code.row2.slice(4), shop_name: "同安区百味烟酒店" }));
  state.photo_list = state.photo_list.length ? state.photo_list : ["店外环境", "店内陈列", "查获的卷烟", "清点后按品种", "条盒喷码", "许可证", "当事人证件"].map((what, i) => ({ code: what, what, must: i < 5, have: 0 }));
  state.tablets = [{ tablet: "other", officer: "乙", scans: 203, last_seen: new Date().toISOString(), unsent: 0 }];
  return state;
}

function apply(id: string, sent: Omit<Operation, "case_id" | "status">[]): { results: OperationResult[]; cursor: number; state: CaseState } {
  let state = states.get(id) ?? emptyState(id);
  const results: OperationResult[] = [];
  for (const operation of sent) {
    const again = seen.has(operation.id);
    seen.add(operation.id);
    if (!again) {
      const own: Operation = { ...operation, subject_id: id, status: "waiting" };
      const target = [...seen].length && operation.kind === "undo" ? log.get(String(operation.payload.operation_id)) : undefined;
      log.set(operation.id, { ...own, status: "applied", cursor: state.cursor });
      const { unsent: _, ...next } = reduce(id, state, target ? [target, own] : [own], shelf);
      state = { ...next, lines: next.lines.map((line) => ({ ...line, waiting: false })), cursor: state.cursor + 1 } as CaseState;
    }
    results.push({ id: operation.id, status: again ? "duplicate" : "applied" });
  }
  states.set(id, decorate(state));
  return { results, cursor: state.cursor, state };
}
const log = new Map<string, Operation>();

/** Answer a request as the server would. */
export async function answer(path: string, init: RequestInit): Promise<Response> {
  await new Promise((done) => setTimeout(done, 15));
  if (down) throw new TypeError("offline");
  const body = typeof init.body === "string" ? JSON.parse(init.body) : null;
  const [, id = "", rest = ""] = /^\/enforcement\/cases\/([^/]+)\/(.*)$/.exec(path.split("?")[0]!) ?? [];
  if (path.startsWith("/accounts/device-key")) return json({ officer: OFFICERS[0]!.id, key: btoa("k".repeat(32)) });
  if (path.startsWith("/enforcement/kit")) return json(KIT);
  if (path.startsWith("/reference/catalogue")) return json(catalogue);
  if (path.startsWith("/reference/licensees?")) return json([{ ...SHOP, holder_name: "叶**" }]);
  if (path.startsWith("/reference/licensees/")) return json(SHOP);
  if (rest === "operations") return json(apply(id, body.operations));
  if (rest === "state") {
    const state = states.get(id);
    if (!state) return json({ detail: "没有这个案件" }, 404);
    return path.includes(`after=${state.cursor}`) ? json(null, 204) : json(state);
  }
  const state = states.get(id);
  if (rest === "acts" && state) {
    if (body.act === "prepare_documents")
      state.documents = PAPERS.map(([code, name, number, pages], i) => ({ id: `doc-${code}`, code, name, number, pages, state: i === 0 ? "sealed" : "prepared", state_zh: i === 0 ? "已封签" : "待签", why: "", needs: [], copies: [], missing: code === "D04" ? [{ field: "registration.storage_place", label: "保存地点", path: "" }] : [], signed: i === 0 ? [{ role: "officer", words: "承办人", name: "甲", at: "", refused: "", personal: false }] : [] }));
    else state.approvals = ["department_head", "legal_head", "bureau_head"].map((role, i) => ({ id: role, purpose: "filing", purpose_zh: "立案", step: role, role, words: role, round: 1, state: i ? "waiting" : "approved", state_zh: i ? "等待审批" : "同意", officer: ["丙", "丁", "戊"][i]!, opinion: "", why: "", at: null, asked_at: null }));
    states.set(id, { ...state, cursor: state.cursor + 1 });
    return json({ ok: true });
  }
  if (init.method === "PUT") {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await (init.body as Blob).arrayBuffer()));
    return json({ sha256: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""), quality: [] });
  }
  return json({ detail: "开发用的假服务器没有这一项" }, 404);
}
