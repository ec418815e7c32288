import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** What a shop's page is asked to load, at most. */
const MOST_KB = 60;

/** Fails the build when a script has grown beyond what a page should have to load. */
function sizeBudget(kilobytes: number): Plugin {
  return {
    name: "size-budget",
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        const size = gzipSync(file.code, { level: 9 }).length / 1024;
        if (size > kilobytes) {
          this.error(
            `${file.fileName} has ${size.toFixed(1)} KB gzipped; it may have ${kilobytes}.`,
          );
        }
      }
    },
  };
}

/** One classic script with everything inside, so that a shop needs one tag and one address. */
export default defineConfig({
  publicDir: false,
  plugins: [sizeBudget(MOST_KB)],
  build: {
    outDir: "dist",
    // The storefront is built into dist/shop by its own configuration.
    emptyOutDir: true,
    target: "es2022",
    lib: {
      entry: "src/widget/main.ts",
      formats: ["iife"],
      name: "ShopkeeperWidget",
      fileName: () => "widget.js",
    },
  },
});
