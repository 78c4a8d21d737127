import { fileURLToPath } from "node:url";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./src/offline/worker/plugin.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Where `npm run dev` finds the API: a running `make up`, or another address. */
const api = process.env.SIGNALBOX_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwind(), serviceWorker()],
  resolve: {
    alias: {
      "@": path("./src"),
      // The client of this repository, as source: only what the console uses of it is bundled.
      "signalbox-client": path("../clients/typescript/src/index.ts"),
      // Never shown: see the file.
      "markdown-to-jsx/react": path("./src/settings-form/markdown.ts"),
      "openapi-fetch": path("./node_modules/openapi-fetch"),
      // Radix brings it; it writes <style> elements, which the content security policy refuses.
      "react-remove-scroll": path("./src/ui/remove-scroll.tsx"),
    },
  },
  build: {
    target: "es2023",
    // The content security policy allows no data: scripts, and fonts or images that change with the code are better files.
    assetsInlineLimit: 0,
    outDir: "dist/console",
    // Says which file needs which: read by the check of the budgets.
    manifest: "manifest.json",
    sourcemap: false,
  },
  server: {
    proxy: {
      // The server takes its cookie from its own pages only; in development, ours are those.
      "/api": { target: api, headers: { origin: api } },
      "/hooks": api,
      "/app": { target: api, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    // Bundled as for the browser: Node takes its modules for something else.
    server: { deps: { inline: [/@rjsf\//] } },
  },
});
