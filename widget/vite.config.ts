import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Micromark brings all of Markdown by one module, `constructs.js`; ours has the part of it that the coach uses. */
const ownConstructs: Plugin = {
  name: "own-constructs",
  enforce: "pre",
  resolveId: (source, importer) =>
    source === "./constructs.js" && importer && /\/micromark\/(?:dev\/)?lib\//.test(importer)
      ? fileURLToPath(new URL("src/constructs.ts", import.meta.url))
      : null,
};

/** Bytes that the whole script may have over the line. */
const MOST_BYTES = 45_000;

const sizeLimit: Plugin = {
  name: "size-limit",
  generateBundle(_options, bundle) {
    const code = Object.values(bundle).map((file) => (file.type === "chunk" ? file.code : ""));
    const bytes = gzipSync(code.join(""), { level: 9 }).length;
    if (bytes > MOST_BYTES) this.error(`widget.js has ${bytes} bytes with gzip; ${MOST_BYTES} is the most`);
  },
};

export default defineConfig({
  plugins: [ownConstructs, sizeLimit],
  build: {
    // One file that a website can load by itself, down to phones of some years old.
    lib: { entry: "src/widget.ts", formats: ["es"], fileName: () => "widget.js" },
    target: ["es2021", "chrome94", "firefox93", "safari15"],
    // Of Vite's own minifier the blanks of a library stay, for a bundler after it; there is none.
    minify: "terser",
    terserOptions: { module: true, ecma: 2020, compress: { passes: 3 } },
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://website.example/pagina" } },
    include: ["test/**/*.test.ts"],
    restoreMocks: true,
    // So that the tests read Markdown as the build does.
    server: { deps: { inline: [/micromark/] } },
  },
});
