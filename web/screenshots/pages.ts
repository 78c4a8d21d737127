/** A picture of every page, in both themes and on a telephone, with what a small shop would see there. */

import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expect, test } from "../e2e/fixtures";
import { PAGES } from "../e2e/pages";
import { fill } from "./shop";

/** What the documentation shows; the rest is there to be looked at. */
const IMAGES = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const OTHERS = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));
const SHOWN = /-light$|^inbox-/;

test("pictures of every page", async ({ product, api, admin }) => {
  await fill(product, api);
  const { inbox: _, ...pages } = PAGES;
  await admin.goto("/inbox");
  await take(admin, "inbox-list");
  await admin.getByRole("list", { name: "Conversations" }).getByRole("link", { name: "Ada Lindqvist" }).click();
  await expect(admin.getByRole("complementary", { name: "Details" }).getByText(/Order #\d+/)).toBeVisible();
  await take(admin, "inbox");
  await admin
    .getByRole("complementary", { name: "Details" })
    .getByRole("link", { name: "Ada Lindqvist" })
    .first()
    .click();
  await take(admin, "contact");
  for (const [name, path] of Object.entries(pages)) {
    await admin.goto(path);
    await expect(admin.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await take(admin, name);
  }
  await admin.goto("/connections");
  await admin.getByRole("link", { name: "Playground number" }).click();
  await expect(admin.getByRole("heading", { level: 1, name: "Playground number" })).toBeVisible();
  await take(admin, "connection");
  await admin.getByRole("tab", { name: "Settings" }).click();
  await expect(admin.getByRole("textbox", { name: "Phone number ID" })).toBeVisible();
  await take(admin, "connection-settings");
  await admin.context().clearCookies();
  await admin.evaluate(() => localStorage.clear());
  await admin.goto("/sign-in");
  await take(admin, "sign-in");
});

async function take(page: Page, name: string): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width: 1280, height: 800 });
    await picture(page, `${name}-${theme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 360, height: 740 });
  await picture(page, `${name}-telephone`);
  await page.setViewportSize({ width: 1280, height: 800 });
}

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${SHOWN.test(name) ? IMAGES : OTHERS}${name}.png`, animations: "disabled" });
}
