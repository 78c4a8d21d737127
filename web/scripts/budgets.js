/**
 * Weighs what a browser has to load, as it loads it: gzipped, every chunk with all that it needs.
 *
 * A page's own chunk counts without what the first load has brought already.
 */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const KB = 1000;
const DIST = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", DIST), "utf8"));

/** What is loaded at once, and the most that it may weigh, in KB. */
const BUDGETS = [
  {
    name: "first load",
    chunks: ["index.html", "src/inbox/page.tsx", "src/inbox/thread/nothing-selected.tsx"],
    limit: 180,
  },
  { name: "a conversation", chunks: ["src/inbox/thread/pane.tsx", "src/inbox/context/panel.tsx"], limit: 75 },
  { name: "settings", chunks: ["src/settings-form/settings-form.tsx"], limit: 110 },
  { name: "charts", chunks: ["src/charts/time-chart.tsx"], limit: 60 },
];

/** The files of a chunk and of what it imports, with their styles. */
function files(name, seen = new Set()) {
  const chunk = manifest[name];
  if (!chunk) {
    throw new Error(`the build has no ${name}: it was renamed, or is not loaded apart any more`);
  }
  if (!seen.has(chunk.file)) {
    seen.add(chunk.file);
    for (const css of chunk.css ?? []) {
      seen.add(css);
    }
    for (const needed of chunk.imports ?? []) {
      files(needed, seen);
    }
  }
  return seen;
}

function weight(file) {
  return gzipSync(readFileSync(new URL(`console/${file}`, DIST)), { level: 9 }).length;
}

let loaded = new Set();
let over = false;
for (const { name, chunks, limit } of BUDGETS) {
  const needed = new Set(chunks.flatMap((chunk) => [...files(chunk)]));
  const own = [...needed].filter((file) => !loaded.has(file));
  const kb = own.map(weight).reduce((sum, bytes) => sum + bytes, 0) / KB;
  console.log(`${name}: ${kb.toFixed(1)} of ${limit} KB`);
  over ||= kb > limit;
  if (loaded.size === 0) {
    loaded = needed;
  }
}
if (over) {
  console.error("The console has become too heavy: `npx vite build` lists its files.");
  process.exitCode = 1;
}
