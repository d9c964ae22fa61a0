// Two steps of the build: the sprite of the icons in use, and every text file once more compressed beside itself.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const NAMED_IN_PAGES = [/\{%\s*icon\s+"([\w-]+)"/g, /\b(?:icon|icon_name|act_icon)="([\w-]+)"/g];

function namesIn(folder: string): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  const texts = pages.map((name) => readFileSync(resolve(folder, name), "utf8"));
  return texts.flatMap((text) => NAMED_IN_PAGES.flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[1]!)));
}

function symbol(here: string, name: string): string {
  const svg = readFileSync(resolve(here, `node_modules/@tabler/icons/icons/outline/${name}.svg`), "utf8");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner.trim()}</symbol>`;
}

/** The sprite icons.svg: the icons that pages name, and those of build/icons.txt, which code chooses. An unknown name stops the build. */
export function sprite(here: string, rooms: string): Plugin {
  return {
    name: "icon-sprite",
    apply: "build",
    generateBundle() {
      const listed = readFileSync(resolve(here, "build/icons.txt"), "utf8").split(/\s+/).filter(Boolean);
      const names = [...new Set([...listed, ...namesIn(rooms)])].sort();
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${names.map((name) => symbol(here, name)).join("")}</svg>\n`;
      this.emitFile({ type: "asset", name: "icons.svg", originalFileName: "icons.svg", source });
    },
  };
}

/** Every built text file as .gz and .br too, so that the web server compresses nothing while officers wait. */
export function compressed(): Plugin {
  return {
    name: "compressed-beside",
    apply: "build",
    writeBundle(options, bundle) {
      for (const name of Object.keys(bundle).filter((one) => /\.(js|css|svg|wasm)$/.test(one))) {
        const path = resolve(options.dir ?? ".", name);
        const content = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        const quality = content.length > 400_000 ? 5 : 11;
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }));
      }
    },
  };
}
