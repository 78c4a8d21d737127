/** Every page opens, complains of nothing, and keeps nobody out. */

import { expect, isAccessible, test } from "./fixtures";

const PAGES = ["/inbox", "/contacts", "/connections", "/rules", "/operations", "/people", "/profile"];

for (const theme of ["light", "dark"] as const) {
  test(`every page is accessible when it is ${theme}`, async ({ admin }) => {
    await admin.emulateMedia({ colorScheme: theme });
    for (const path of PAGES) {
      await admin.goto(path);
      await expect(admin.getByRole("heading", { level: 1 })).toBeVisible();
      await admin.waitForLoadState("networkidle");
      await isAccessible(admin);
    }
  });
}

test("every page fits a telephone", async ({ admin }) => {
  await admin.setViewportSize({ width: 360, height: 740 });
  for (const path of PAGES) {
    await admin.goto(path);
    await expect(admin.getByRole("heading", { level: 1 })).toBeVisible();
    const overflow = await admin.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, path).toBeLessThanOrEqual(0);
  }
});
