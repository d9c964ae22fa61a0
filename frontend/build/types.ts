/** Types of what crosses the wire, made from the API's description (docs/openapi.json), so that nobody keeps them twice. */

export interface Schema {
  $ref?: string;
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  enum?: (string | number)[];
  const?: string | number;
  additionalProperties?: boolean | Schema;
}

/** Of each operation its texts by their paths, and the most characters of each. */
type Texts = Record<string, Record<string, number | null>>;

export interface Description {
  components: { schemas: Record<string, Schema> };
  paths?: Record<string, { post?: { requestBody?: { "x-texts"?: Texts } } }>;
}

export interface Target {
  /** The schemas that the file holds, with all that they name. */
  roots: string[];
  /** The file beside it that holds some of these already. */
  beside?: { module: string; roots: string[] };
}

const STATE = ["CaseState"];
export const TARGETS: Record<string, Target> = {
  "field/wire.ts": { roots: ["OperationsOut", "TakeOverIn", "TakeOverOut"] },
  "fieldkit/types.ts": { roots: STATE },
  "fieldkit/kit.types.ts": { roots: ["Kit"], beside: { module: "./types", roots: STATE } },
};

/** The file with the texts of the operations that a route takes. */
export const TEXTS = { file: "fieldkit/texts.ts", path: "/api/enforcement/cases/{case_id}/operations" };

const HEAD = "/** Made from docs/openapi.json by `npm run types`; not written by hand. */\n";
const PLAIN: Record<string, string> = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

/** The file's text. Throws where a schema uses what is not known here. */
export function typesOf({ components: { schemas } }: Description, { roots, beside }: Target): string {
  const there = allOf(schemas, beside?.roots ?? []);
  const own = [...allOf(schemas, roots)].filter((name) => !there.has(name)).sort();
  const borrowed = [...new Set(own.flatMap((name) => named(schemas[name]!)))].filter((name) => there.has(name)).sort();
  const imports = borrowed.length ? `\nimport type { ${borrowed.join(", ")} } from "${beside!.module}";\n` : "";
  return HEAD + imports + own.map((name) => declared(name, schemas[name]!)).join("");
}

/** The file of the operations' texts. Throws where the route describes none. */
export function textsOf({ paths }: Description, path = TEXTS.path): string {
  const texts = paths?.[path]?.post?.requestBody?.["x-texts"];
  if (!texts) throw new Error(`${path} does not say how long its texts may be`);
  const lines = Object.entries(texts).map(([kind, fields]) => `  "${kind}": { ${Object.entries(fields).map(([name, most]) => `"${name}": ${most}`).join(", ")} },\n`);
  return `${HEAD}\n/** Of each operation its texts by their paths (\`*\` in a list), and the most characters of each; null: no limit. */\nexport const TEXTS: Record<string, Record<string, number | null>> = {\n${lines.join("")}};\n`;
}

/** These schemas, with all that they name. */
function allOf(schemas: Record<string, Schema>, roots: string[]): Set<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    named(schemas[name]!).forEach(add);
  };
  roots.forEach(add);
  return found;
}

/** The schemas that a schema names. */
function named(schema: Schema): string[] {
  const inner = [schema.items, ...(schema.prefixItems ?? []), ...(schema.anyOf ?? []), ...Object.values(schema.properties ?? {})];
  if (typeof schema.additionalProperties === "object") inner.push(schema.additionalProperties);
  return [...(schema.$ref ? [nameOf(schema.$ref)] : []), ...inner.filter((one) => one !== undefined).flatMap(named)];
}

function nameOf(reference: string): string {
  return reference.replace("#/components/schemas/", "");
}

function declared(name: string, schema: Schema): string {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(([field, type]) => `  ${field}${required.has(field) ? "" : "?"}: ${typeOf(type)};\n`);
  const comment = schema.description ? `/** ${schema.description.replace(/\s+/g, " ")} */\n` : "";
  return `\n${comment}export interface ${name} {\n${fields.join("")}}\n`;
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
  if (schema.type === "array") return listOf(typeOf(schema.items ?? {}));
  if (schema.type === "object") return `Record<string, ${typeof schema.additionalProperties === "object" ? typeOf(schema.additionalProperties) : "unknown"}>`;
  if (schema.type === undefined) return "unknown";
  const plain = PLAIN[schema.type];
  if (!plain) throw new Error(`what is a ${schema.type}?`);
  return plain;
}

function listOf(type: string): string {
  return type.includes(" | ") ? `(${type})[]` : `${type}[]`;
}
