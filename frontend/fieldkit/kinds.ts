/** Fixed lists of the field kit: the kinds of goods with their letters, reasons to inspect, kinds of party. */

import type { Line } from "./types";

export type Kind = NonNullable<Line["kind"]>;

export interface KindWords {
  code: Kind;
  letter: string;
  name: string;
}

export const KINDS: KindWords[] = [
  { code: "counterfeit", letter: "假", name: "假冒伪劣卷烟" },
  { code: "smuggled", letter: "私", name: "走私烟" },
  { code: "diverted", letter: "非", name: "非渠道真烟" },
  { code: "unlicensed", letter: "证", name: "无证经营的真烟" },
  { code: "to_test", letter: "检", name: "待鉴别检验" },
];

export function kindOf(code: string | null | undefined): KindWords | undefined {
  return KINDS.find((kind) => kind.code === code);
}

/** The kind that comes after this one when somebody presses K. */
export function nextKind(code: string | null | undefined): Kind {
  const at = KINDS.findIndex((kind) => kind.code === code);
  return KINDS[(at + 1) % KINDS.length]!.code;
}

export const REASONS: { code: string; name: string }[] = [
  { code: "complaint", name: "投诉举报" },
  { code: "routine", name: "日常检查" },
  { code: "special", name: "专项行动" },
  { code: "alert", name: "预警派单" },
  { code: "transferred", name: "其他部门移送" },
  { code: "parcel", name: "物流寄递检查" },
  { code: "random", name: "双随机抽查" },
];

export const PARTY_KINDS: { code: string; name: string }[] = [
  { code: "individual_business", name: "个体工商户" },
  { code: "person", name: "公民" },
  { code: "organisation", name: "法人或其他组织" },
];

export const UNITS: { code: string; name: string }[] = [
  { code: "carton", name: "条" },
  { code: "pack", name: "包" },
  { code: "stick", name: "支" },
  { code: "case", name: "件" },
  { code: "kg", name: "公斤" },
];

/** The number of goods to be sampled from a base, by the file review rules ([least, most] cartons). */
export function sampleSize(base: number): [number, number] {
  if (base <= 100) return [1, 2];
  if (base <= 500) return [2, 2];
  return base <= 2500 ? [2, 5] : [5, 10];
}

/** Kinds of monopoly goods, each with the units that it is counted in. */
export const GOODS: { code: string; name: string; units: string[] }[] = [
  { code: "cigarette", name: "卷烟", units: ["carton", "pack", "stick"] },
  { code: "cigar", name: "雪茄烟", units: ["stick", "carton"] },
  { code: "leaf", name: "烟叶", units: ["kg"] },
  { code: "cut", name: "烟丝", units: ["kg"] },
  { code: "tube", name: "空管烟", units: ["10k_sticks"] },
  { code: "ecigarette", name: "电子烟", units: ["piece", "ml"] },
  { code: "material", name: "烟用材料", units: ["kg", "piece"] },
  { code: "machine", name: "专用机械", units: ["piece"] },
];

export const PACKING_FORMS = ["条盒硬盒", "条盒软盒", "条包硬盒", "条包软盒", "硬盒", "软盒"];

export const STEPS = [
  { code: "inspection", name: "检查" },
  { code: "counting", name: "清点" },
  { code: "questioning", name: "询问" },
  { code: "approval", name: "审批" },
  { code: "documents", name: "文书" },
  { code: "handover", name: "打印交付" },
] as const;

export type StepCode = (typeof STEPS)[number]["code"];
