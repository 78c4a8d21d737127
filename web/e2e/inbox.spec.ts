/** What agents do all day: they see who writes, take it, answer, note, hand on and finish. */

import type { Page } from "@playwright/test";
import { Customer } from "./customer";
import { expect, isAccessible, test } from "./fixtures";

/** The conversation of a customer in the list. */
const row = (page: Page, name: string) =>
  page.getByRole("list", { name: "Conversations" }).getByRole("link", { name, exact: true });
const thread = (page: Page) => page.getByRole("log", { name: "Messages" });

async function open(page: Page, name: string): Promise<void> {
  await row(page, name).click();
  await expect(page.getByRole("heading", { name, level: 2 })).toBeVisible();
}

async function answer(page: Page, text: string): Promise<void> {
  await page.getByLabel("Write a message").fill(text);
  await page.getByLabel("Write a message").press("Enter");
}

/** The browser has the console some seconds after it was opened, and what was read a moment later. */
async function isKept(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

test("a customer writes, an agent takes it in one click and answers, and the ticks say how far it came", async ({
  product,
  person,
}) => {
  const { page } = await person("Ida Inbox", "agent");
  const customer = new Customer(product, "Carla Kunde");
  await customer.write("Where is my order?");
  await open(page, "Carla Kunde");
  await expect(thread(page).getByText("Where is my order?")).toBeVisible();
  await page.getByRole("button", { name: "Take", exact: true }).click();
  await expect(page.getByRole("button", { name: "Assignee: Ida Inbox" })).toBeVisible();
  await answer(page, "On its way, it should be with you tomorrow.");
  await expect(thread(page).getByText("On its way, it should be with you tomorrow.")).toHaveCount(1);
  await expect(
    thread(page)
      .getByRole("img", { name: /^(Sent|Delivered|Read)$/ })
      .last(),
  ).toBeVisible();
  await expect(page.getByLabel("Write a message")).toHaveValue("");
  await isAccessible(page);
});

test("two people see each other's work live, and one gets what both want", async ({ product, admin, person }) => {
  const { page: ada } = await person("Ada Agent", "agent");
  const customer = new Customer(product, "Dora Doppelt");
  await customer.write("Hello?");
  for (const page of [ada, admin]) await open(page, "Dora Doppelt");
  await expect(ada.getByRole("img", { name: /Also here: .*Ada Admin/ })).toBeVisible();

  await admin.getByLabel("Write a message").pressSequentially("Let me");
  await expect(ada.getByText("Ada Admin is typing…")).toBeVisible();

  await ada.getByRole("button", { name: "Take", exact: true }).click();
  await expect(admin.getByRole("button", { name: "Assignee: Ada Agent" })).toBeVisible();
  await answer(ada, "I am on it.");
  await expect(thread(admin).getByText("I am on it.")).toBeVisible();
  await customer.write("Thank you!");
  for (const page of [ada, admin]) await expect(thread(page).getByText("Thank you!")).toBeVisible();
});

test("a private note speaks to a colleague and never to the customer", async ({ product, admin, person }) => {
  const colleague = await person("Nora Note", "supervisor");
  const customer = new Customer(product, "Emil Extern");
  await customer.write("Can I get a discount?");
  await open(admin, "Emil Extern");
  await admin.getByRole("button", { name: "Private note" }).click();
  const field = admin.getByLabel("Write a private note");
  await field.pressSequentially("Please look, @Nora");
  await admin.getByRole("option", { name: /Nora Note/ }).click();
  await field.press("Enter");
  const note = thread(admin).getByRole("article").filter({ hasText: "Please look, @Nora Note" });
  await expect(note.getByText("Private note")).toBeVisible();
  await expect(note.getByRole("img", { name: /Sent|Delivered/ })).toHaveCount(0);
  await open(colleague.page, "Emil Extern");
  await expect(thread(colleague.page).getByText("Please look, @Nora Note")).toBeVisible();
});

test("a canned response fills in what it knows, by its shortcut", async ({ product, api, admin }) => {
  const body = { shortcut: "greet", title: "Greeting", text: "Hello {{contact.name|there}}, how can I help?" };
  await api.POST("/api/v1/canned-responses", { body: { ...body, shared_with: { kind: "everybody" } } as never });
  await new Customer(product, "Fritz Frage").write("Hi");
  await open(admin, "Fritz Frage");
  await admin.getByLabel("Write a message").pressSequentially("/gre");
  await expect(admin.getByRole("option", { name: /\/greet/ })).toBeVisible();
  await admin.getByLabel("Write a message").press("Enter");
  await expect(admin.getByLabel("Write a message")).toHaveValue("Hello Fritz Frage, how can I help?");
});

test("what the provider refuses says why, and can be sent again", async ({ product, admin }) => {
  await new Customer(product, "Greta Grenze").write("Hello");
  await open(admin, "Greta Grenze");
  await product.fault({ times: 1, answer: { error: { status: 400, code: 131026, title: "Message undeliverable" } } });
  await answer(admin, "This will not arrive.");
  await expect(thread(admin).getByText("This message was not delivered")).toBeVisible();
  await expect(thread(admin).getByText(/cannot be reached on this channel/)).toBeVisible();
  await admin.getByRole("button", { name: "Send again" }).click();
  await expect(
    thread(admin)
      .getByRole("img", { name: /^(Sent|Delivered|Read)$/ })
      .last(),
  ).toBeVisible();
});

test("what is written without a connection is sent once when it is back", async ({ product, api, admin }) => {
  await new Customer(product, "Hanna Halt").write("Are you there?");
  await open(admin, "Hanna Halt");
  await admin.context().setOffline(true);
  await answer(admin, "First, from the train.");
  await answer(admin, "Second, from the tunnel.");
  await expect(thread(admin).getByText("Will be sent when you are back online")).toHaveCount(2);
  await admin.context().setOffline(false);
  await expect(thread(admin).getByRole("article", { name: "Your message, not sent yet" })).toHaveCount(0);
  const id = admin.url().split("/").pop()?.split("?")[0] ?? "";
  const { data } = await api.GET("/api/v1/conversations/{id}/messages", { params: { path: { id } } });
  const sent = data?.items.filter((message) => message.sender.kind === "user").map((message) => message.preview);
  expect(sent).toEqual(["First, from the train.", "Second, from the tunnel."]);
  for (const text of sent ?? []) await expect(thread(admin).getByText(text)).toHaveCount(1);
});

test("without a network a reload shows what was read, and what is written then is sent later", async ({
  product,
  admin,
}) => {
  await new Customer(product, "Olga Offline").write("Do you read this in the tunnel?");
  await open(admin, "Olga Offline");
  await expect(thread(admin).getByText("Do you read this in the tunnel?")).toBeVisible();
  await isKept(admin);
  await admin.context().setOffline(true);
  await admin.reload();
  await expect(row(admin, "Olga Offline")).toBeVisible();
  await expect(thread(admin).getByText("Do you read this in the tunnel?")).toBeVisible();
  await answer(admin, "I do.");
  await expect(thread(admin).getByText("Will be sent when you are back online")).toBeVisible();
  await admin.context().setOffline(false);
  await expect(thread(admin).getByRole("article", { name: "Your message, not sent yet" })).toHaveCount(0);
  await expect(thread(admin).getByText("I do.")).toHaveCount(1);
});

test("who signs out is told what is not sent yet", async ({ product, person }) => {
  const { page } = await person("Selma Sorglos", "agent");
  await new Customer(product, "Wanda Wartet").write("Still there?");
  await open(page, "Wanda Wartet");
  await isKept(page);
  await page.context().setOffline(true);
  await answer(page, "Not sent yet.");
  await page.getByRole("button", { name: "Account of Selma Sorglos" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("dialog").getByText("1 message has not been sent yet")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.context().setOffline(false);
  await expect(thread(page).getByRole("article", { name: "Your message, not sent yet" })).toHaveCount(0);
});

test("what a search has found is led to, however old it is", async ({ product, admin }) => {
  const customer = new Customer(product, "Vera Viel");
  await customer.write("The very first word: zirkonium");
  for (let line = 1; line <= 60; line += 1) await customer.write(`Line ${line}`);
  await open(admin, "Vera Viel");
  await expect(thread(admin).getByText("Line 60", { exact: true })).toBeVisible();
  await admin.keyboard.press("/");
  await admin.getByLabel("Search conversations, messages and contacts").fill("zirkonium");
  await admin
    .getByRole("list", { name: "Messages" })
    .getByRole("link", { name: /Vera Viel/ })
    .click();
  await expect(thread(admin).getByText("The very first word: zirkonium")).toBeInViewport();
});

test("a conversation is tagged, made urgent, put aside, closed and opened again", async ({ product, admin }) => {
  await new Customer(product, "Ina Immer").write("One more thing");
  await open(admin, "Ina Immer");
  await admin.getByRole("button", { name: "More actions" }).click();
  await admin.getByRole("menuitemcheckbox", { name: "Urgent" }).click();
  await expect(thread(admin).getByText(/set the priority to Urgent/)).toBeVisible();

  await admin.getByRole("complementary").getByRole("button", { name: "Add tag" }).click();
  await admin.getByLabel("Find or add a tag").fill("vip");
  await admin.getByLabel("Find or add a tag").press("Enter");
  await admin.keyboard.press("Escape");
  await expect(admin.getByRole("button", { name: "Remove vip" })).toBeVisible();

  await admin.keyboard.press("s");
  await admin.getByRole("button", { name: /^Tomorrow/ }).click();
  await expect(thread(admin).getByText(/set the status to Snoozed/)).toBeVisible();

  await admin.keyboard.press("c");
  await admin.getByLabel("Reason").fill("solved");
  await admin.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  await expect(thread(admin).getByText(/set the status to Closed: solved/)).toBeVisible();
  await admin.getByRole("button", { name: "Reopen" }).click();
  await expect(thread(admin).getByText(/set the status to Open/)).toBeVisible();
});

test("what a conversation is about is written down beside it", async ({ product, admin }) => {
  await new Customer(product, "Olga Ordnung").write("My bill is wrong");
  await open(admin, "Olga Ordnung");
  await admin.getByRole("complementary").getByRole("button", { name: "Edit the conversation" }).click();
  await admin.getByRole("dialog").getByLabel("Category").fill("billing");
  await admin.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(admin.getByRole("dialog")).toHaveCount(0);
  await expect(admin.getByRole("complementary").getByText("billing")).toBeVisible();
  await expect(thread(admin).getByText(/changed the category/)).toBeVisible();
});

test("a colleague who is busy is seen to be, with what they say about it, and stays so", async ({ person }) => {
  const { page: pia } = await person("Pia Pause", "agent");
  const { page: quin } = await person("Quin Quast", "agent");
  const account = pia.getByRole("button", { name: "Account of Pia Pause" });
  await account.click();
  await pia.getByRole("menuitemcheckbox", { name: "Busy" }).click();
  await account.click();
  await pia.getByRole("menuitem", { name: "Write a status text…" }).click();
  await pia.getByRole("dialog").getByLabel("Status text").fill("In a meeting");
  await pia.getByRole("dialog").getByRole("button", { name: "Show it" }).click();

  await quin.getByRole("button", { name: "New conversation" }).click();
  await quin.getByRole("menuitem", { name: "Direct message" }).click();
  await quin.getByRole("combobox", { name: "With whom" }).click();
  const option = quin.getByRole("option", { name: /Pia Pause/ });
  await expect(option).toContainText("busy");
  await expect(option).toContainText("In a meeting");

  await pia.reload();
  await account.click();
  await expect(pia.getByRole("menuitemcheckbox", { name: "Busy" })).toBeChecked();
});

test("an admin lets a customer have written something, for training", async ({ product, admin }) => {
  await new Customer(product, "Uta Übung").write("Hello");
  await open(admin, "Uta Übung");
  await admin.getByRole("button", { name: "More actions" }).click();
  await admin.getByRole("menuitem", { name: "Simulate a customer's message" }).click();
  await admin.getByRole("dialog").getByLabel("Message").fill("What if I wrote this?");
  await admin.getByRole("dialog").getByRole("button", { name: "Simulate" }).click();
  await expect(thread(admin).getByText("What if I wrote this?")).toHaveCount(1);
});

test("filters and search find a conversation, and stand in the address", async ({ product, admin }) => {
  await new Customer(product, "Jonas Jäger").write("Do you sell chandeliers?");
  await expect(row(admin, "Jonas Jäger")).toBeVisible();
  await admin.getByLabel("Status", { exact: true }).selectOption("Snoozed");
  await expect(row(admin, "Jonas Jäger")).toHaveCount(0);
  expect(admin.url()).toContain("stage=snoozed");
  await admin.getByLabel("Status", { exact: true }).selectOption("Open");
  await admin.keyboard.press("/");
  await admin.getByLabel("Search conversations, messages and contacts").fill("chandel");
  await admin
    .getByRole("list", { name: "Messages" })
    .getByRole("link", { name: /Jonas Jäger/ })
    .click();
  await expect(thread(admin).getByText("Do you sell chandeliers?")).toBeVisible();
});

test("channels, direct messages and tickets begin from the inbox", async ({ person }) => {
  const kim = await person("Kim Kanal", "supervisor");
  const lea = await person("Lea Leise", "agent");
  const { page } = kim;
  const begin = async (what: string) => {
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByRole("menuitem", { name: what }).click();
  };
  await begin("Team channel");
  await page.getByLabel("Name").fill("releases");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "#releases" })).toBeVisible();
  await page.getByLabel("Write a message").fill("We ship on Monday");
  await page.getByLabel("Write a message").press("Enter");
  await expect(thread(page).getByText("We ship on Monday")).toBeVisible();

  await begin("Direct message");
  await page.getByRole("combobox", { name: "With whom" }).click();
  await page.getByRole("option", { name: /Lea Leise/ }).click();
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Lea Leise" })).toBeVisible();
  await page.getByLabel("Write a message").fill("Psst");
  await page.getByLabel("Write a message").press("Enter");
  await lea.page.getByRole("tab", { name: /DMs/ }).click();
  await open(lea.page, "Kim Kanal");
  await expect(thread(lea.page).getByText("Psst")).toBeVisible();

  await begin("Internal ticket");
  await page.getByLabel("Subject").fill("Printer is on fire");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "ADMIN-001 Printer is on fire" })).toBeVisible();
  await page.getByRole("tab", { name: /Tickets/ }).click();
  await expect(row(page, "ADMIN-001 Printer is on fire")).toBeVisible();
});

test("an order shows beside the thread", async ({ product, admin }) => {
  const customer = new Customer(product, "Mia Muster");
  await customer.buy();
  await customer.write("About my lamp");
  await open(admin, "Mia Muster");
  await expect(admin.getByRole("complementary").getByText(/Order #/)).toBeVisible({ timeout: 20_000 });
});

test("everything goes with the keyboard, and on a narrow screen", async ({ product, admin }) => {
  await new Customer(product, "Nils Nadel").write("Keys only");
  await expect(row(admin, "Nils Nadel")).toBeVisible();
  await admin.keyboard.press("?");
  await expect(admin.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await isAccessible(admin);
  await admin.keyboard.press("Escape");
  await admin.keyboard.press("j");
  await expect(admin.getByRole("heading", { name: "Nils Nadel" })).toBeVisible();
  await admin.keyboard.press("t");
  await admin.keyboard.press("r");
  await admin.keyboard.type("Done with keys");
  await admin.keyboard.press("Enter");
  await expect(thread(admin).getByText("Done with keys")).toBeVisible();

  await admin.setViewportSize({ width: 360, height: 740 });
  await expect(admin.getByRole("list", { name: "Conversations" })).toBeHidden();
  await isAccessible(admin);
  await admin.getByRole("link", { name: "Back to the list" }).click();
  await expect(row(admin, "Nils Nadel")).toBeVisible();
  expect(await admin.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
