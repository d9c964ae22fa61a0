// The types of the front end are those that the API's description says now.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { TARGETS, TEXTS, textsOf, typesOf, type Description } from "../types";

const root = resolve(import.meta.dirname, "../..");
const description = JSON.parse(readFileSync(resolve(root, "../docs/openapi.json"), "utf8")) as Description;

describe("the types that cross the wire", () => {
  it.each(Object.entries(TARGETS))("of %s are fresh (else: npm run types)", (file, target) => {
    expect(readFileSync(resolve(root, file), "utf8")).toBe(typesOf(description, target));
  });

  it("say how long the texts of an operation may be (else: npm run types)", () => {
    expect(readFileSync(resolve(root, TEXTS.file), "utf8")).toBe(textsOf(description));
    expect(() => textsOf({ components: { schemas: {} } })).toThrow("how long");
  });

  it("say what a schema says", () => {
    const schemas = {
      A: { type: "object", description: "An\n a.", required: ["b", "c", "e"], properties: {
        b: { $ref: "#/components/schemas/B" }, c: { anyOf: [{ type: "string" }, { type: "null" }] }, d: { type: "integer" },
        e: { type: "array", items: { enum: ["x", "y"] } }, f: { type: "object", additionalProperties: { type: "number" } },
        g: { type: "array", prefixItems: [{ type: "string" }, { type: "boolean" }] }, h: {},
      } },
      B: { type: "object", properties: { a: { $ref: "#/components/schemas/A" } } },
      C: { type: "object" },
    };
    const text = typesOf({ components: { schemas } }, { roots: ["A"] });
    expect(text.split("\n").slice(2)).toEqual([
      "/** An a. */", "export interface A {", "  b: B;", "  c: string | null;", "  d?: number;", '  e: ("x" | "y")[];', "  f?: Record<string, number>;",
      "  g?: [string, boolean];", "  h?: unknown;", "}", "", "export interface B {", "  a?: A;", "}", "",
    ]);
    const beside = typesOf({ components: { schemas } }, { roots: ["A"], beside: { module: "./b", roots: ["C"] } });
    expect(beside).toBe(text);
    expect(typesOf({ components: { schemas: { A: { properties: { b: { $ref: "#/components/schemas/B" } } }, B: {} } } }, { roots: ["A"], beside: { module: "./b", roots: ["B"] } }))
      .toContain('\nimport type { B } from "./b";\n\nexport interface A {\n  b?: B;\n}\n');
    expect(() => typesOf({ components: { schemas: { A: { properties: { a: { type: "file" } } } } } }, { roots: ["A"] })).toThrow("what is a file?");
  });
});
