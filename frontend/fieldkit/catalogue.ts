/** What a barcode is, answered on the tablet: by the catalogue of the day, without asking the network. */

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

export type PackingUnit = string;

export interface Candidate {
  product: Product;
  unit: PackingUnit;
}

export type Identified =
  | { status: "known"; candidates: [Candidate] }
  /** One barcode, several products (a shared design, a reused number): somebody must choose. */
  | { status: "ambiguous"; candidates: Candidate[] }
  | { status: "unknown" | "foreign_unknown" | "misread" | "not_a_barcode"; candidates: [] };

/** The check digit that the first digits of an EAN or UPC ask for. */
export function checkDigit(body: string): number {
  let sum = 0;
  for (let i = body.length - 1, weight = 3; i >= 0; i--, weight = 4 - weight) sum += Number(body[i]) * weight;
  return (10 - (sum % 10)) % 10;
}

/** Is this an EAN-8, EAN-13 or ITF-14 whose check digit is right? */
export function isSound(barcode: string): boolean {
  return isShape(barcode) && checkDigit(barcode.slice(0, -1)) === Number(barcode.slice(-1));
}

function isShape(barcode: string): boolean {
  return /^\d+$/.test(barcode) && [8, 13, 14].includes(barcode.length);
}

/** Chinese goods carry 690–699. */
export function isForeign(barcode: string): boolean {
  return !/^69\d/.test(barcode.length === 14 ? barcode.slice(1) : barcode);
}

/** The catalogue of one day and region, ready to be asked. */
export class Catalogue {
  readonly version: string;
  readonly size: number;
  private readonly byBarcode = new Map<string, Candidate[]>();
  private readonly byId = new Map<string, Product>();

  constructor(data: CatalogueData = { version: "", products: [] }) {
    this.version = String(data.version);
    this.size = data.products.length;
    for (const product of data.products) {
      this.byId.set(product.id, product);
      for (const { code, unit } of barcodesOf(product))
        this.remember(code, { product, unit: unit === "carton" ? usualUnit(product) : unit });
    }
  }

  private remember(barcode: string | null | undefined, candidate: Candidate): void {
    if (!barcode) return;
    const known = this.byBarcode.get(barcode);
    if (known) known.push(candidate);
    else this.byBarcode.set(barcode, [candidate]);
  }

  product(id: string | null | undefined): Product | undefined {
    return id ? this.byId.get(id) : undefined;
  }

  /** What does this barcode name? A wrong check digit is a misreading; a right one that is not listed is unknown. */
  identify(text: string): Identified {
    const barcode = /^\d{12}$/.test(text) ? `0${text}` : text;
    if (!isShape(barcode)) return { status: "not_a_barcode", candidates: [] };
    if (!isSound(barcode)) return { status: "misread", candidates: [] };
    const found = this.byBarcode.get(barcode) ?? [];
    if (found.length === 1) return { status: "known", candidates: [found[0]!] };
    if (found.length > 1) return { status: "ambiguous", candidates: found };
    return { status: isForeign(barcode) ? "foreign_unknown" : "unknown", candidates: [] };
  }

  /** Products by the last digits of a barcode, part of the name, or the initials of its pinyin; best first. */
  search(text: string, limit = 12): Candidate[] {
    const wanted = text.trim().toLowerCase().replace(/[()]/g, (mark) => (mark === "(" ? "（" : "）"));
    if (!wanted) return [];
    const found: { candidate: Candidate; rank: number }[] = [];
    if (/^\d{3,}$/.test(wanted)) {
      for (const [barcode, candidates] of this.byBarcode)
        if (barcode.endsWith(wanted)) for (const candidate of candidates) found.push({ candidate, rank: barcode.length });
    }
    for (const product of this.byId.values()) {
      const rank = nameRank(product, wanted);
      if (rank < Infinity) found.push({ candidate: { product, unit: usualUnit(product) }, rank });
    }
    found.sort((a, b) => a.rank - b.rank || a.candidate.product.name.localeCompare(b.candidate.product.name, "zh"));
    const seen = new Set<string>();
    return found
      .map(({ candidate }) => candidate)
      .filter(({ product, unit }) => !seen.has(product.id + unit) && seen.add(product.id + unit))
      .slice(0, limit);
  }
}

function barcodesOf(product: Product): { code: string; unit: string }[] {
  const named = [
    { code: product.carton_barcode ?? "", unit: "carton" },
    { code: product.pack_barcode ?? "", unit: "pack" },
    { code: product.case_barcode ?? "", unit: "case" },
  ];
  const all = [...(product.barcodes ?? []), ...named].filter((one) => one.code);
  return all.filter((one, i) => all.findIndex((other) => other.code === one.code && other.unit === one.unit) === i);
}

/** A cigar whose box the catalogue does not describe is counted by the stick, as it is priced. */
function usualUnit(product: Product): PackingUnit {
  return product.type === "cigar" && product.per === "stick" && !product.sticks ? "stick" : "carton";
}

function nameRank(product: Product, wanted: string): number {
  const name = product.name.toLowerCase();
  const initials = (product.initials ?? "").toLowerCase();
  if (name.startsWith(wanted)) return 20;
  if (initials && initials.startsWith(wanted)) return 30;
  if (name.includes(wanted)) return 40;
  if (initials && wanted.length > 1 && initials.includes(wanted)) return 50;
  return Infinity;
}
