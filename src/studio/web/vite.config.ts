// How the pages are built: into dist/studio/web, from where the server gives them out. Nothing is inlined: pages have no
// inline scripts or styles.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [react()],
  cacheDir: here("../../../.local/vite"),
  build: {
    outDir: process.env["FT_WEB_OUT"] ?? here("../../../dist/studio/web"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    license: { fileName: "licences.md" },
  },
});
