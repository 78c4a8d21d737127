/** Every page opens, complains of nothing, and keeps nobody out. */

import type { Page } from "@playwright/test";
import { Customer } from "./customer";
import { expect, isAccessible, test } from "./fixtures";
import { PAGES } from "./pages";
import type { Product } from "./product";

for (const theme of ["light", "dark"] as const) {
  test(`every page is accessible when it is ${theme}`, async ({ product, admin }) => {
    test.setTimeout(180_000);
    await admin.emulateMedia({ colorScheme: theme });
    for (const path of [...Object.values(PAGES), ...(await oneOfEach(product, admin))]) {
      await visit(admin, path);
      await test.step(path, () => isAccessible(admin));
    }
  });
}

for (const language of ["en", "de"] as const) {
  test(`every page fits a telephone in the words of ${language}`, async ({ product, admin }) => {
    test.setTimeout(180_000);
    const single = await oneOfEach(product, admin);
    await admin.evaluate((chosen) => localStorage.setItem("signalbox.language", chosen), language);
    await admin.setViewportSize({ width: 360, height: 740 });
    for (const path of [...Object.values(PAGES), ...single]) {
      await visit(admin, path);
      await expect(admin.locator("html")).toHaveAttribute("lang", language);
      const overflow = await admin.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
  });
}

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await page.waitForLoadState("networkidle");
}

/** The addresses of one conversation, contact, connection, plugin and rule. */
async function oneOfEach(product: Product, page: Page): Promise<string[]> {
  await new Customer(product, "Paul Page").write("Is this page in order?");
  const first: [from: string, link: RegExp][] = [
    ["/inbox", /^\/inbox\/[0-9a-f-]{36}/],
    ["/contacts", /^\/contacts\/[0-9a-f-]{36}/],
    ["/connections", /^\/connections\/[0-9a-f-]{36}/],
    ["/connections/plugins", /^\/connections\/plugins\/./],
    ["/rules", /^\/rules\/[0-9a-f-]{36}/],
  ];
  const found: string[] = [];
  for (const [from, link] of first) {
    await visit(page, from);
    await expect(async () => {
      const paths = await page
        .locator("a[href]")
        .evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? ""));
      const path = paths.find((one) => link.test(one));
      expect(path, `a link on ${from}`).toBeDefined();
      found.push(path as string);
    }).toPass({ timeout: 10_000 });
  }
  return found;
}
