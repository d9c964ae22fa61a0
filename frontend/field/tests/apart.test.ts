// The log stands by itself: it imports no room and names no case, and nothing in the front end imports itself in a circle.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const files = ["field", "fieldkit", "shell"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf-8" })
    .filter((name) => /\.(ts|vue)$/.test(name) && !/(^|\/)(tests|dev)\//.test(name))
    .map((name) => join(root, folder, name)),
);

/** What a file imports of ours, types too. */
function imports(file: string): string[] {
  return [...readFileSync(file, "utf-8").matchAll(/(?:from|import) "(\.[^"]+)"/g)]
    .map((found) => resolve(dirname(file), found[1]!))
    .map((path) => files.find((known) => known === path || known === `${path}.ts`))
    .filter((path) => path !== undefined);
}

const graph = new Map(files.map((file) => [file, imports(file)]));

/** The first way from a file back to itself, by depth. */
function circle(from: string, at = from, way: string[] = [], seen = new Set<string>()): string[] | null {
  for (const next of graph.get(at) ?? []) {
    if (next === from) return [...way, at, next].map((file) => relative(root, file));
    if (seen.has(next)) continue;
    seen.add(next);
    const found = circle(from, next, [...way, at], seen);
    if (found) return found;
  }
  return null;
}

describe("the front end", () => {
  it("is read whole", () => expect([...graph.values()].flat().length).toBeGreaterThan(200));

  it("imports itself in no circle", () => expect(files.map((file) => circle(file)).filter(Boolean)).toEqual([]));
});

describe("the operation log", () => {
  const own = files.filter((file) => relative(root, file).startsWith("field/"));

  it("imports no room", () => {
    expect(own.flatMap((file) => imports(file)).filter((file) => !own.includes(file))).toEqual([]);
  });

  it("names no case and no address of a room, but for what an older tablet kept", () => {
    const named = own.filter((file) => !file.endsWith("kept.ts") && /(?<!Lower)case|enforcement|案件|清点/i.test(readFileSync(file, "utf-8")));
    expect(named.map((file) => relative(root, file))).toEqual([]);
  });
});
