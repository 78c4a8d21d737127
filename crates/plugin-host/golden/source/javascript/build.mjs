// Builds the component against a frozen version of the plugin API: `node build.mjs FILE 1.0.0`.

import { componentize } from "componentize-qjs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [out, version] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const { component } = await componentize({
  witPath: join(here, "..", "..", "wit", version),
  world: "plugin",
  jsSource: await readFile(join(here, "plugin.js"), "utf8"),
  // The host does neither: no WASI in the sandbox, and no call that goes on after it has answered.
  stubWasi: true,
  sync: true,
  // This file stays in the repository for ever.
  optSize: true,
});

await writeFile(out, withManifest(component, await readFile(join(here, "manifest.json"))));

/** Appends the custom section in which the host looks for the manifest. */
function withManifest(component, manifest) {
  const name = Buffer.from("signalbox:manifest");
  const content = Buffer.concat([leb128(name.length), name, manifest]);
  return Buffer.concat([component, Buffer.from([0]), leb128(content.length), content]);
}

function leb128(value) {
  const bytes = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value ? low | 0x80 : low);
  } while (value);
  return Buffer.from(bytes);
}
