/** The torture suite of settings forms in a real browser. Its page is built here and is no part of the product. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { build } from "vite";

const HOME = "https://torture.test";
/** Those whose text fields stay the same fields, whatever is written into them. */
const STEADY = ["texts", "numbers", "patterns", "groups", "lists", "names", "layers"];
let built = "";

test.beforeAll(async () => {
  test.setTimeout(180_000);
  built = await mkdtemp(join(tmpdir(), "torture-"));
  await build({
    configFile: "vite.config.ts",
    root: "e2e/torture",
    publicDir: false,
    logLevel: "error",
    build: { outDir: built, emptyOutDir: true, manifest: false },
  });
});

test.afterAll(() => rm(built, { recursive: true, force: true }));

/** The page, and everything that it complained about. */
async function opened(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.route(`${HOME}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    return route.fulfill({ path: join(built, pathname === "/" ? "index.html" : pathname) });
  });
  await page.goto(`${HOME}/`);
  return complaints;
}

test("every form shows what is set, and nothing changes by it", async ({ page }) => {
  test.setTimeout(240_000);
  const complaints = await opened(page);
  expect(await page.evaluate(() => window.torture.names.length)).toBeGreaterThan(50);
  expect(await page.evaluate(() => window.torture.changing())).toEqual([]);
  expect(complaints).toEqual([]);
});

test("what is typed and taken back is no change, and what is typed is saved", async ({ page }) => {
  test.setTimeout(180_000);
  const complaints = await opened(page);
  const save = page.getByRole("button", { name: "Save changes" });
  for (const name of STEADY) {
    await page.evaluate((name) => window.torture.show(name), name);
    for (const field of await page.locator("input:not([type]):enabled, textarea:enabled").all()) {
      const value = await field.inputValue();
      if (value === "" || !(await field.isEditable())) continue;
      await field.fill(`${value}x`);
      await field.fill(value);
      await expect(save, name).toBeDisabled();
    }
  }
  await page.evaluate(() => window.torture.show("texts"));
  await page.getByRole("textbox", { name: "Name" }).fill("Lamps");
  await save.click();
  await expect.poll(() => page.evaluate(() => window.torture.saved)).toEqual({ name: "Lamps" });
  expect(complaints).toEqual([]);
});

test("a form that is not filled in says what is missing, or is saved", async ({ page }) => {
  test.setTimeout(240_000);
  const complaints = await opened(page);
  for (const name of await page.evaluate(() => window.torture.names)) {
    await page.evaluate((name) => window.torture.showNew(name), name);
    await page.getByRole("button", { name: "Save changes" }).click();
    const answer = async () =>
      (await page.evaluate(() => window.torture.saved !== undefined)) ||
      (await page.getByRole("status").filter({ hasText: "attention" }).count()) > 0;
    await expect.poll(answer, { message: name }).toBe(true);
  }
  expect(complaints).toEqual([]);
});
