/** Another version of a plugin that is there: the same code, which says something else about itself. */

const NAME = "signalbox:manifest";
/** Bytes before the first section. */
const HEADER = 8;

// biome-ignore lint/suspicious/noExplicitAny: a manifest is what its author wrote.
type Manifest = Record<string, any>;

/** The file with its manifest as `change` leaves it. Sections are as https://webassembly.github.io/spec/core/binary has them. */
export function withManifest(wasm: Buffer, change: (manifest: Manifest) => void): Buffer {
  const parts = [wasm.subarray(0, HEADER)];
  for (let at = HEADER; at < wasm.length; ) {
    const [size, content] = unsigned(wasm, at + 1);
    const end = content + size;
    parts.push(manifestIn(wasm.subarray(at, end), content - at, change) ?? wasm.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

/** The section anew, if it is the one with the manifest. */
function manifestIn(section: Buffer, content: number, change: (manifest: Manifest) => void): Buffer | undefined {
  if (section[0] !== 0) return undefined;
  const [length, name] = unsigned(section, content);
  if (section.toString("utf8", name, name + length) !== NAME) return undefined;
  const manifest = JSON.parse(section.toString("utf8", name + length));
  change(manifest);
  const inside = Buffer.concat([encoded(NAME.length), Buffer.from(NAME), Buffer.from(JSON.stringify(manifest))]);
  return Buffer.concat([Buffer.of(0), encoded(inside.length), inside]);
}

/** A number in LEB128, and where it ends. */
function unsigned(bytes: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}

function encoded(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest ? low | 0x80 : low);
    if (!rest) return Buffer.from(bytes);
  }
}
