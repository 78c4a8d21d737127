/**
 * Writes the service worker when the console is built. It knows every file, so that it is made after all of them; like them
 * it carries a hash in its name, which the page tells.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const SOURCE = fileURLToPath(new URL("./worker.js", import.meta.url));

export function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("the build has no index.html");
      const html = String(page.source);
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith("assets/"))
        .map((name) => `/${name}`)
        .sort();
      const source = readFileSync(SOURCE, "utf8");
      // Another page, such as with another title, is another version as well.
      const version = createHash("sha256").update(html).update(source).update(files.join()).digest("hex").slice(0, 8);
      const fileName = `service-worker-${version}.js`;
      const known = `const VERSION = "${version}";\nconst FILES = ${JSON.stringify(files)};\n`;
      this.emitFile({ type: "asset", fileName, source: known + source });
      page.source = html.replace("</head>", `  <meta name="service-worker" content="/${fileName}" />\n  </head>`);
    },
  };
}
