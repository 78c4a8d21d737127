/** A day of the shop, as the people of the shop see it. */

import { Customer } from "./customer";
import { expect, test } from "./fixtures";

test("two agents see a customer's message live, one takes it and answers, and the ticks appear", async ({
  product,
  person,
}) => {
  const [ann, bob] = [await person("Ann Agent", "agent"), await person("Bob Agent", "agent")];
  const ada = new Customer(product, `Ada ${crypto.randomUUID().slice(0, 4)}`);
  await ada.write("Good morning, is my lamp on its way?");
  for (const { page } of [ann, bob]) {
    await expect(
      page.getByRole("list", { name: "Conversations" }).getByRole("link", { name: ada.name, exact: true }),
    ).toBeVisible();
  }

  await bob.page
    .getByRole("list", { name: "Conversations" })
    .getByRole("link", { name: ada.name, exact: true })
    .click();
  await ann.page
    .getByRole("list", { name: "Conversations" })
    .getByRole("link", { name: ada.name, exact: true })
    .click();
  const thread = ann.page.getByRole("log", { name: "Messages" });
  await expect(thread.getByText("is my lamp on its way?")).toBeVisible();

  await ann.page.getByRole("button", { name: "Take", exact: true }).click();
  await expect(
    bob.page.getByText("There is no such conversation").or(bob.page.getByText("Ann Agent").first()),
  ).toBeVisible();

  await ann.page.getByRole("textbox", { name: "Write a message" }).fill("It left us yesterday.");
  await ann.page.keyboard.press("Enter");
  await expect(thread.getByText("It left us yesterday.")).toBeVisible();
  await expect(
    thread.getByRole("article").filter({ hasText: "It left us yesterday." }).getByRole("img", { name: "Read" }),
  ).toBeVisible();
});

test("an order in the shop stands beside the conversation", async ({ product, person }) => {
  const ann = await person("Ann Agent", "agent");
  const max = new Customer(product, `Max ${crypto.randomUUID().slice(0, 4)}`);
  // The shop speaks of his number, his message proves it: so the two are one.
  await max.buy();
  await max.write("When will my lamp be here?");
  await ann.page
    .getByRole("list", { name: "Conversations" })
    .getByRole("link", { name: max.name, exact: true })
    .click();
  await expect(ann.page.getByRole("complementary", { name: "Details" }).getByText(/Order #\d+/)).toBeVisible({
    timeout: 30_000,
  });
});

test("a message that the channel refuses says so, and is sent again", async ({ product, person }) => {
  const ann = await person("Ann Agent", "agent");
  const zoe = new Customer(product, `Zoe ${crypto.randomUUID().slice(0, 4)}`);
  await zoe.write("Hello?");
  await ann.page
    .getByRole("list", { name: "Conversations" })
    .getByRole("link", { name: zoe.name, exact: true })
    .click();
  const thread = ann.page.getByRole("log", { name: "Messages" });
  await expect(thread.getByText("Hello?")).toBeVisible();
  // The answer is lost on the way: nobody knows whether the customer got it, so that it is not sent twice.
  await product.fault({ times: 1, answer: "drop_after", callbacks: "never" });
  await ann.page.getByRole("textbox", { name: "Write a message" }).fill("Here I am.");
  await ann.page.keyboard.press("Enter");
  await expect(thread.getByText("Nobody knows whether this arrived")).toBeVisible({ timeout: 40_000 });
  await thread.getByRole("button", { name: "Send again" }).click();
  await expect(thread.getByRole("img", { name: "Read" }).last()).toBeVisible({ timeout: 30_000 });
});

test("what is said while the network is away for ten seconds is there afterwards, in order, once", async ({
  product,
  person,
}) => {
  const ann = await person("Ann Agent", "agent");
  const ida = new Customer(product, `Ida ${crypto.randomUUID().slice(0, 4)}`);
  await ida.write("Number 0");
  await ann.page
    .getByRole("list", { name: "Conversations" })
    .getByRole("link", { name: ida.name, exact: true })
    .click();
  const thread = ann.page.getByRole("log", { name: "Messages" });
  await expect(thread.getByText("Number 0", { exact: true })).toBeVisible();

  await ann.page.context().setOffline(true);
  const begin = Date.now();
  for (let n = 1; n <= 20; n++) {
    await ida.write(`Number ${n}`);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begin + n * 500 - Date.now())));
  }
  await ann.page.context().setOffline(false);
  await expect(thread.getByText("Number 20", { exact: true })).toBeVisible({ timeout: 40_000 });
  const said = await thread.getByText(/^Number \d+$/).allTextContents();
  expect(said).toEqual(Array.from({ length: 21 }, (_, n) => `Number ${n}`));
});
