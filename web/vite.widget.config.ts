import { defineConfig } from "vite";

/** One classic script with everything inside, so that a shop needs one tag and one address. */
export default defineConfig({
  publicDir: false,
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
