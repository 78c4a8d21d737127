// Builds the plugin into one component: `node build.mjs [FILE]`. Its interfaces come from the SDK of this repository.

import { componentize } from "@bytecodealliance/componentize-js";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "lamps-js.wasm");

// The package of the plugin API has to lie among the dependencies of our own.
const wit = join(here, "build", "wit");
await rm(wit, { recursive: true, force: true });
await cp(join(here, "wit"), wit, { recursive: true });
await cp(join(here, "..", "..", "..", "plugin-sdk", "wit"), join(wit, "deps", "plugin"), { recursive: true });

const { component } = await componentize({
  sourcePath: join(here, "src", "plugin.js"),
  witPath: wit,
  worldName: "plugin",
  // What would import WASI, which the sandbox does not have: the way out is the contract's own `http`.
  disableFeatures: ["random", "stdio", "clocks", "http", "fetch-event"],
});

await mkdir(dirname(out), { recursive: true });
await writeFile(out, withManifest(component, await readFile(join(here, "manifest.json"))));
console.log(out);

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
