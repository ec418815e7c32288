import { defineConfig } from "vite";

/** The gateway serves dist/console at /console-assets/ and its index.html at /console/ and below. */
export default defineConfig({
  root: "src/console",
  base: "/console-assets/",
  publicDir: false,

  build: {
    outDir: "../../dist/console",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // React and its components, once, for people who keep the page open all day.
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      onwarn: (warning, warn) => {
        // "use client" says something to servers that render; here it says nothing.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
