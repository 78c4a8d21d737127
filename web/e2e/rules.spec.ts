/** Rules: from a preset, written by hand with mistakes, and what they did and why. */

import { Customer } from "./customer";
import { expect, isAccessible, test } from "./fixtures";

test("a preset is adjusted and enabled, acts on a customer, and its run says why", async ({ admin, product }) => {
  await admin.goto("/rules");
  await admin.getByRole("button", { name: "Presets" }).click();
  await admin.getByRole("button", { name: "Adjust: Keyword escalation" }).click();
  const drawer = admin.getByRole("dialog", { name: "Keyword escalation" });
  await drawer.getByLabel("Name").fill("Lamps that flicker");
  await drawer.getByLabel("Words of the customer").fill("flicker, flickering");
  await drawer.getByLabel("Tag").fill("flicker");
  await isAccessible(admin);
  await drawer.getByRole("button", { name: "Enable" }).click();
  const rule = admin.getByRole("row").filter({ hasText: "Lamps that flicker" });
  await expect(rule.getByRole("switch")).toBeChecked();
  await expect(rule).toContainText("“flicker”, “flickering”");

  await new Customer(product, "Flora Flacker").write("My lamp is flickering");
  await rule.getByRole("button", { name: "Actions for Lamps that flicker" }).click();
  await admin.getByRole("menuitem", { name: "Show its runs" }).click();
  const run = admin.getByRole("row").filter({ hasText: "Lamps that flicker" });
  await expect(async () => {
    await admin.reload();
    await expect(run).toBeVisible({ timeout: 2000 });
  }).toPass();
  await run.getByRole("button").click();
  const reason = admin.getByRole("dialog");
  await expect(reason.getByText("the message has the keyword `flickering`")).toBeVisible();
  await expect(reason.getByText("Add a tag")).toBeVisible();
  await isAccessible(admin);
});

test.describe("what the server does not take", () => {
  test.use({ refusals: [422] });

  test("mistakes in a rule stand at their lines, those that only the server knows as well", async ({ admin }) => {
    await admin.goto("/rules/new");
    const definition = admin.getByRole("textbox", { name: "Definition" });
    const create = admin.getByRole("button", { name: "Create" });
    await admin.getByLabel("Name").fill("By hand");

    await definition.fill(
      '{\n  "trigger": { "type": "message_created" },\n  "actions": [\n    { "type": "add_tag" }\n  ]\n}',
    );
    await expect(admin.getByRole("button", { name: "Line 4: The field “tag” is missing." })).toBeVisible();
    await expect(create).toBeDisabled();
    await isAccessible(admin);

    await definition.fill('{\n  "trigger": { "type": "message_created" }\n  "actions": []\n}');
    await expect(admin.getByRole("button", { name: /^Line 3: A comma is expected/ })).toBeVisible();

    const wrongFact = [
      '{ "trigger": { "type": "message_created" },',
      '  "conditions": { "fact": "mesage.text", "op": "contains", "value": "lamp" },',
      '  "actions": [{ "type": "add_tag", "tag": "lamp" }] }',
    ].join("\n");
    await definition.fill(wrongFact);
    await create.click();
    const mistake = admin.getByRole("button", { name: /^Line 2: .*message\.text/ });
    await mistake.click();
    await expect(definition).toBeFocused();

    await definition.fill(wrongFact.replace("mesage", "message"));
    await create.click();
    await expect(admin.getByRole("heading", { name: "By hand", level: 1 })).toBeVisible();
  });
});

test("rules are asked in the order of their list", async ({ admin }) => {
  await admin.goto("/rules");
  const names = () => admin.getByRole("row").getByRole("link").allInnerTexts();
  await expect(admin.getByRole("row").getByRole("link").nth(1)).toBeVisible();
  const [first = "", second = ""] = await names();
  await admin.getByRole("button", { name: `Move ${second} up` }).click();
  await expect.poll(names).toEqual(expect.arrayContaining([first, second]));
  await expect.poll(async () => (await names())[0]).toBe(second);
  await admin.reload();
  await expect.poll(async () => (await names())[0]).toBe(second);

  await admin.getByRole("button", { name: `Actions for ${second}` }).click();
  await admin.getByRole("menuitem", { name: "Move down" }).click();
  await expect.poll(async () => (await names())[0]).toBe(first);
  await admin.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await names())[0]).toBe(second);
});
