import { describe, expect, it } from "vitest";

type Catalogue = Record<string, unknown>;
const catalogues = (files: Record<string, unknown>) =>
  new Map(
    Object.entries(files).map(([path, file]) => [path.split("/").pop(), (file as { default: Catalogue }).default]),
  );
const en = catalogues(import.meta.glob("./en/*.ts", { eager: true }));
const de = catalogues(import.meta.glob("./de/*.ts", { eager: true }));

/** Every message with its path, such as `composer.send`. */
function messages(texts: Catalogue, path = ""): [string, unknown][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? messages(value as Catalogue, `${path}${key}.`)
      : [[path + key, value] as [string, unknown]],
  );
}

describe("catalogues", () => {
  it("are there in both languages", () => {
    expect([...de.keys()]).toEqual([...en.keys()]);
    expect(en.size).toBeGreaterThan(2);
  });

  for (const [file, texts] of en) {
    it(`${file} has the same messages in both, and none is empty`, () => {
      const german = new Map(messages(de.get(file) ?? {}));
      for (const [path, english] of messages(texts)) {
        expect(typeof german.get(path), path).toBe(typeof english);
        expect(german.get(path), path).not.toBe("");
        expect(english, path).not.toBe("");
      }
      expect(german.size).toBe(messages(texts).length);
    });
  }
});
