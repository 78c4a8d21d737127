/** Every page opens, complains of nothing, and keeps nobody out. */

import type { Page } from "@playwright/test";
import { Customer } from "./customer";
import { expect, isAccessible, test } from "./fixtures";
import { PAGES } from "./pages";
import type { Product } from "./product";

const WIDE = { width: 1280, height: 800 };
const TELEPHONE = { width: 360, height: 740 };

for (const [theme, language] of [
  ["light", "en"],
  ["dark", "de"],
] as const) {
  test(`every page is accessible and fits a telephone when it is ${theme} and speaks ${language}`, async ({
    product,
    admin,
  }) => {
    test.setTimeout(300_000);
    const paths = [...Object.values(PAGES), ...(await oneOfEach(product, admin))];
    await admin.emulateMedia({ colorScheme: theme });
    await admin.evaluate((chosen) => localStorage.setItem("signalbox.language", chosen), language);
    for (const path of paths) {
      await test.step(path, async () => {
        await visit(admin, path);
        await expect(admin.locator("html")).toHaveAttribute("lang", language);
        await isAccessible(admin);
        await admin.setViewportSize(TELEPHONE);
        await expect.poll(() => overflow(admin), { message: path }).toBeLessThanOrEqual(0);
        await admin.setViewportSize(WIDE);
      });
    }
  });
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

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
