import { defineConfig } from "vite";

/** The gateway serves dist/shop at /shop-assets/ and its index.html at the shop's own addresses. */
export default defineConfig({
  root: "src/shop",
  base: "/shop-assets/",
  publicDir: false,
  build: { outDir: "../../dist/shop", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
});
