import purge from "@fullhuman/postcss-purgecss";
import vue from "@vitejs/plugin-vue";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;
const rooms = resolve(here, "../src/zhuanmai");

// Class names are looked for in every page and component; the rest of Tabler is left out of the build.
const dropUnused = (purge as never as (options: object) => never)({
  content: [`${rooms}/**/*.html`, `${rooms}/**/*.py`, `${here}/shell/**/*.ts`, `${here}/fieldkit/**/*.{ts,vue}`],
  defaultExtractor: (content: string) => content.match(/[\w-/:.]+(?<!:)/g) ?? [],
  safelist: { standard: [/^theme-/, /^is-/], deep: [/data-bs-theme/] },
  variables: false,
});

export default defineConfig({
  root: here,
  base: "/static/",
  plugins: [vue()],
  css: { postcss: { plugins: [dropUnused] } },
  build: {
    outDir: resolve(rooms, "assets/built"),
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    rollupOptions: {
      input: { shell: resolve(here, "shell/main.ts"), fieldkit: resolve(here, "fieldkit/main.ts") },
    },
  },
  test: { environment: "jsdom", include: ["**/tests/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
