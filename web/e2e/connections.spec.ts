/** Connecting a provider, by forms that nobody wrote by hand. */

import { expect, isAccessible, test } from "./fixtures";
import type { Product } from "./product";

const TOKEN = "EAAe2e0token";
const APP_SECRET = "e2e-app-secret";

/** A number at the simulated provider, in an app of its own. */
class PhoneNumber {
  readonly id = Date.now().toString();

  constructor(private readonly product: Product) {}

  async exists(): Promise<void> {
    const { id } = this;
    const number = { phone_number_id: id, waba_id: "77", display_phone_number: "15550001111", access_token: TOKEN };
    await this.put("", { app_secret: APP_SECRET, numbers: [number] });
  }

  /** What an admin does at the provider with the address that the console shows. */
  reports(url: string): Promise<void> {
    return this.put("/callback_url", { url });
  }

  async hears(body: string): Promise<void> {
    const customer = { phone: "4915112345678", name: "Ada" };
    await this.product.simulate("inbound", { number: this.id, customer, message: { type: "text", body } });
  }

  private async put(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.product.providers}/_sandbox/apps/e2e-${this.id}${path}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
  }
}

test("an admin connects WhatsApp, mends a wrong token, and sees what arrives", async ({ product, admin }) => {
  test.slow();
  const number = new PhoneNumber(product);
  await number.exists();

  await admin.goto("/connections");
  await admin.getByRole("button", { name: "New connection" }).click();
  await admin.getByRole("menuitem", { name: "WhatsApp" }).click();
  await admin.getByLabel(/^Name/).fill("Second number");
  await admin.getByRole("button", { name: "Connect" }).click();
  const id = admin.getByRole("textbox", { name: "Phone number ID" });
  await expect(id).toBeFocused();
  await expect(id).toHaveAttribute("aria-invalid", "true");
  await id.fill("not a number");
  await expect(admin.getByText("Does not have the required form.")).toBeVisible();
  await id.fill(number.id);
  await admin.getByRole("textbox", { name: "Access token" }).fill("EAAwrong");
  await admin.getByRole("textbox", { name: "WhatsApp Business Account ID" }).fill("77");
  await admin.getByRole("textbox", { name: "App secret" }).fill(APP_SECRET);
  const agree = admin.getByRole("checkbox", { name: "I agree that it may do this" });
  await expect(admin.getByRole("region", { name: "What it may do" })).toContainText("graph.facebook.com (GET, POST)");
  await isAccessible(admin);
  await admin.getByRole("button", { name: "Connect" }).click();
  await expect(admin.getByText("Agree to it, or do not connect it.")).toBeVisible();
  await agree.check();
  await admin.getByRole("button", { name: "Connect" }).click();

  const done = admin.getByRole("dialog", { name: "Second number is connected" });
  const url = await done.getByLabel("Address for the provider").inputValue();
  expect(url).toContain("/hooks/");
  await expect(done.getByLabel("Verify token")).not.toHaveValue("");
  await admin.keyboard.press("Escape");
  await admin.getByRole("dialog", { name: "Have you copied them?" }).getByRole("button", { name: "Cancel" }).click();
  await done.getByRole("button", { name: "Go on" }).click();

  await admin.getByRole("button", { name: "Test connection" }).click();
  await expect(admin.getByText("The connection does not work yet.")).toBeVisible({ timeout: 30_000 });
  await expect(admin.getByRole("listitem").filter({ hasText: "credentials" })).toContainText("access token");
  await expect(admin.getByText("Needs attention")).toBeVisible();

  await admin.getByRole("tab", { name: "Settings" }).click();
  await expect(admin.getByText(/^Set, /)).toBeVisible();
  await isAccessible(admin);
  await admin.getByRole("button", { name: "Replace Access token" }).click();
  await admin.getByRole("textbox", { name: "Access token" }).fill(TOKEN);
  await admin.getByRole("button", { name: "Save changes" }).click();
  await expect(admin.getByText("The settings are saved")).toBeVisible();

  await admin.getByRole("tab", { name: "Overview" }).click();
  await expect(admin.getByLabel("Address for the provider")).toHaveValue(url);
  await admin.getByRole("button", { name: "Test connection" }).click();
  await expect(admin.getByText("The connection works.")).toBeVisible({ timeout: 30_000 });

  await number.reports(url);
  await number.hears("Is anybody there?");
  await admin.getByRole("tab", { name: "Deliveries" }).click();
  // The oldest: a rule may have answered already, and what the provider reports of that stands above it.
  await admin
    .getByRole("button", { name: /^Open the delivery/ })
    .last()
    .click({ timeout: 30_000 });
  const delivery = admin.getByRole("dialog", { name: "Delivery" });
  await expect(delivery.getByText("processed", { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(delivery.getByText("x-hub-signature-256")).toBeVisible();
  await expect(delivery.getByText("Is anybody there?")).toBeVisible();
  await isAccessible(admin);
  await delivery.getByRole("button", { name: "Replay" }).click();
  await expect(admin.getByText("A worker will take it again")).toBeVisible();
});

test("what the organisation sets for all holds where a connection says nothing else", async ({ admin }) => {
  await admin.goto("/connections/plugins/whatsapp?part=defaults");
  await admin.getByLabel("Graph API version").fill("v25.0");
  await admin.getByRole("button", { name: "Save changes" }).click();
  await expect(admin.getByText("The defaults are saved")).toBeVisible();

  await admin.goto("/connections");
  await admin.getByRole("link", { name: "Playground number" }).click();
  await admin.getByRole("tab", { name: "Settings" }).click();
  const version = admin.getByLabel("Graph API version");
  await expect(version).toHaveValue("v25.0");
  await expect(admin.getByText("from the defaults of the organisation")).toBeVisible();
  await version.fill("v24.0");
  await admin.getByRole("button", { name: "Save changes" }).click();
  await admin.getByRole("button", { name: "Reset Graph API version to the inherited value" }).click();
  await expect(version).toHaveValue("v25.0");
  await admin.getByRole("button", { name: "Save changes" }).click();
  await expect(admin.getByText("from the defaults of the organisation")).toBeVisible();
});

test("a form with changes is not left by accident", async ({ admin }) => {
  await admin.goto("/connections");
  await admin.getByRole("link", { name: "Playground number" }).click();
  await admin.getByRole("tab", { name: "Settings" }).click();
  await admin.getByLabel("Phone number", { exact: true }).fill("+1 555 0100");
  await admin.getByRole("link", { name: "Back to connections" }).click();
  const question = admin.getByRole("dialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(admin.getByLabel("Phone number", { exact: true })).toHaveValue("+1 555 0100");
  await admin.getByRole("tab", { name: "Overview" }).click();
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(admin.getByLabel("Phone number", { exact: true })).toHaveValue("+1 555 0100");
  await admin.getByRole("link", { name: "Back to connections" }).click();
  await question.getByRole("button", { name: "Leave" }).click();
  await expect(admin.getByRole("heading", { name: "Connections" })).toBeVisible();
});

test("what a plugin may do is said in words, on every page of connections", async ({ admin }) => {
  for (const path of ["/connections/plugins", "/connections/plugins/whatsapp", "/connections/deliveries"]) {
    await admin.goto(path);
    await expect(admin.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(admin.getByRole("status", { name: "Loading" })).toHaveCount(0);
    await isAccessible(admin);
    await admin.setViewportSize({ width: 360, height: 740 });
    const overflow = await admin.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, path).toBeLessThanOrEqual(0);
    await admin.setViewportSize({ width: 1280, height: 800 });
  }
  await admin.goto("/connections/plugins/whatsapp");
  await expect(admin.getByText("graph.facebook.com (GET, POST)")).toBeVisible();
  await expect(admin.getByText("Secrets stay with Signalbox: the plugin never sees them.")).toBeVisible();
});
