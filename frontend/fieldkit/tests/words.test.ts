// Every sentence of the field kit has its English; nothing Chinese stands in a component outside of it.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { learn, speakEnglish, t } from "../../field/i18n";
import { FIELD_ENGLISH } from "../../field/words.en";
import { ENGLISH as KIT_ENGLISH } from "../words.en";

const here = resolve(import.meta.dirname, "..");
const ENGLISH: Record<string, string> = { ...FIELD_ENGLISH, ...KIT_ENGLISH };
const files = [here, join(here, "components"), resolve(here, "../field")].flatMap((folder) =>
  readdirSync(folder).filter((name) => /\.(ts|vue)$/.test(name) && !name.startsWith("words.")).map((name) => join(folder, name)),
);
const CHINESE = /[\u4e00-\u9fff]/;

afterEach(() => speakEnglish(false));

/** Lists whose words are shown through t(): each entry's `name`, and tables of states, roles, meanings. */
function shownWords(source: string): string[] {
  const lists = [...source.matchAll(/\bname: "([^"]+)"/g)].map((found) => found[1]!);
  const tables = [...source.matchAll(/(?:_WORDS|ROLES|MEANS|STATUS|CHANGED|PARAGRAPHS)(?:: Record<\w+, string>)? = \{([^}]*)\}/g)].flatMap((found) =>
    [...found[1]!.matchAll(/: "([^"]+)"/g)].map((entry) => entry[1]!),
  );
  return [...lists, ...tables].filter((word) => CHINESE.test(word));
}

/** Every literal inside a call of t(), also in conditions. */
function translated(source: string): string[] {
  return [...source.matchAll(/\bt\(((?:[^()"']|"[^"]*"|'[^']*'|\((?:[^()]|\([^()]*\))*\))*)\)/g)].flatMap((call) =>
    [...call[1]!.matchAll(/"([^"]*)"|'([^']*)'/g)].map((found) => found[1] ?? found[2]!).filter((word) => CHINESE.test(word)),
  );
}

describe("the English dictionary", () => {
  it("has every sentence", () => {
    const missing = new Set<string>();
    for (const file of files) {
      const source = readFileSync(file, "utf-8");
      for (const word of [...translated(source), ...shownWords(source)]) if (!(word in ENGLISH)) missing.add(word);
    }
    expect([...missing]).toEqual([]);
  });

  it("of the log says what the log says, and no more", () => {
    const own = files.filter((file) => file.includes("/field/")).map((file) => readFileSync(file, "utf-8")).join();
    expect(Object.keys(FIELD_ENGLISH).filter((word) => !own.includes(`"${word}"`) || word in KIT_ENGLISH)).toEqual([]);
  });

  it("keeps the values of every sentence", () => {
    const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!).sort();
    const wrong = Object.entries(ENGLISH).filter(([chinese, english]) => names(chinese).join() !== names(english).join());
    expect(wrong).toEqual([]);
  });

  it("is used when the page says so", () => {
    learn(KIT_ENGLISH);
    expect(t("{n} 项待传", { n: 37 })).toBe("37 项待传");
    speakEnglish(true);
    expect(t("{n} 项待传", { n: 37 })).toBe("37 to send");
  });
});

describe("the components", () => {
  it("show no Chinese past the dictionary", () => {
    const bare: string[] = [];
    for (const file of files.filter((name) => name.endsWith(".vue"))) {
      const template = /<template>([\s\S]*)<\/template>/.exec(readFileSync(file, "utf-8"))?.[1] ?? "";
      const words = template.replace(/\{\{[\s\S]*?\}\}/g, "").replace(/<!--[\s\S]*?-->/g, "").replace(/\s(?:[:@#]|v-)[\w.:-]*="[^"]*"/g, "").replace(/<[^>]*>/g, (tag) => [...tag.matchAll(/\s(?:placeholder|title|label|aria-label|alt)="([^"]*)"/g)].map((found) => found[1]).join(" "));
      if (CHINESE.test(words)) bare.push(`${file}: ${words.match(/.{0,8}[\u4e00-\u9fff]+.{0,8}/)?.[0]}`);
    }
    expect(bare).toEqual([]);
  });
});
