/** A picture of every page, in both themes and on a telephone, with what a small shop would see there. */

import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { Customer } from "../e2e/customer";
import { expect, test } from "../e2e/fixtures";
import type { Product } from "../e2e/product";

const IMAGES = fileURLToPath(new URL("../../docs/images/", import.meta.url));

const PAGES: Record<string, string> = {
  contacts: "/contacts",
  connections: "/connections",
  rules: "/rules",
  operations: "/operations",
  people: "/people",
  profile: "/profile",
};

test("pictures of every page", async ({ product, admin }) => {
  await fillShop(product);
  await admin.goto("/inbox");
  await admin.getByRole("list", { name: "Conversations" }).getByText("Ada Lindqvist").click();
  await expect(admin.getByRole("complementary", { name: "Details" }).getByText(/Order #\d+/)).toBeVisible();
  await take(admin, "inbox");
  for (const [name, path] of Object.entries(PAGES)) {
    await admin.goto(path);
    await expect(admin.getByRole("heading", { level: 1 })).toBeVisible();
    await take(admin, name);
  }
  await admin.goto("/connections");
  await admin
    .getByRole("link", { name: /WhatsApp/ })
    .first()
    .click();
  await expect(admin.getByLabel("Phone number ID")).toBeVisible();
  await take(admin, "connection");
});

async function fillShop(product: Product): Promise<void> {
  const ada = new Customer(product, "Ada Lindqvist");
  for (const [name, text] of [
    ["Maren Groß", "The vase arrived broken. Can I have my money back?"],
    ["José Álvarez", "¿Tienen esta lámpara también en azul?"],
    ["Chinwe Okafor", "Do you deliver to Lagos?"],
  ] as const) {
    await new Customer(product, name).write(text);
  }
  await ada.write("Good morning, is my lamp on its way?");
  await ada.buy();
  await ada.write("I would love to have it by Friday.");
}

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
  await page.screenshot({ path: `${IMAGES}${name}.png`, animations: "disabled" });
}
