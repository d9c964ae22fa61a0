import purge from "@fullhuman/postcss-purgecss";
import vue from "@vitejs/plugin-vue";
import { resolve } from "node:path";
import type { Plugin, Processor } from "postcss";
import { defineConfig } from "vite";
import { compressed, sprite } from "./build/plugins";

const here = import.meta.dirname;
const rooms = resolve(here, "../src/zhuanmai");

const dropUnused = (purge as never as (options: object) => Plugin)({
  content: [`${rooms}/**/*.html`, `${rooms}/core/templatetags/*.py`, `${here}/shell/**/*.ts`, `${here}/field/**/*.ts`, `${here}/fieldkit/**/*.{ts,vue}`],
  defaultExtractor: (content: string) => content.match(/[\w-/:.]+(?<!:)/g) ?? [],
  safelist: { standard: [/^theme-/, /^is-/], deep: [/data-bs-theme/] },
  variables: false,
});

// Only Tabler is cut down to what pages use; our own style sheets stay whole.
const dropUnusedTabler: Plugin = {
  postcssPlugin: "drop-unused-tabler",
  async OnceExit(root, helpers) {
    if (!root.source?.input.file?.includes("@tabler")) return;
    await (dropUnused as unknown as { OnceExit: (root: unknown, helpers: unknown) => Promise<void> }).OnceExit(root, helpers);
  },
};

export default defineConfig({
  root: here,
  base: "/static/built/",
  plugins: [vue(), sprite(here, rooms), compressed()],
  css: { postcss: { plugins: [dropUnusedTabler as Plugin | Processor] } },
  build: {
    outDir: resolve(rooms, "assets/built"),
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    rollupOptions: {
      // htmx can evaluate what pages write into hx-on; the shell switches that off (shell/network.ts).
      onwarn: (warning, warn) => (warning.code === "EVAL" && warning.id?.includes("htmx") ? undefined : warn(warning)),
      input: { shell: resolve(here, "shell/main.ts"), fieldkit: resolve(here, "fieldkit/main.ts") },
    },
  },
  test: { environment: "jsdom", include: ["**/tests/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
