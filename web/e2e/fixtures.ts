/** What tests of the console stand on: the running product, people who are signed in, and pages that must not complain. */

import { test as base, expect, type Page } from "@playwright/test";
import axe from "axe-core";
import { type Client, logIn, ok } from "signalbox-client";
import { type Credentials, Product } from "./product";

interface OfWorker {
  product: Product;
  /** The API, as the admin. */
  api: Client;
}

interface OfTest {
  /** Statuses with which the server may refuse something in this test, for the page to show. */
  refusals: number[];
  /** A person of the tenant, made for this test, with their own browser window. */
  person: (name: string, role: string) => Promise<Person>;
  /** The admin's browser window, signed in. */
  admin: Page;
}

export interface Person {
  id: string;
  page: Page;
  credentials: Credentials;
}

export const test = base.extend<OfTest, OfWorker>({
  product: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is asked for from it.
    async ({}, use) => {
      const product = await Product.start();
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],
  api: [
    async ({ product }, use) => {
      const session = await logIn(product.url, product.admin);
      await use(session.client);
      await session.logOut();
    },
    { scope: "worker" },
  ],
  refusals: [[], { option: true }],
  person: async ({ product, api, browser, refusals }, use) => {
    const pages: Watched[] = [];
    await use(async (name, role) => {
      const email = `${name.toLowerCase().replaceAll(/\W+/g, ".")}.${crypto.randomUUID().slice(0, 8)}@playground.example`;
      const credentials = { email, password: "correct horse battery" };
      const body = { ...credentials, name, role };
      const user = await ok(api.POST("/api/v1/users", { body } as never));
      const watched = await open(browser, product, credentials, refusals);
      pages.push(watched);
      return { id: (user as { id: string }).id, page: watched.page, credentials };
    });
    await close(pages);
  },
  admin: async ({ product, browser, refusals }, use) => {
    const watched = await open(browser, product, product.admin, refusals);
    await use(watched.page);
    await close([watched]);
  },
});

export { expect };

interface Watched {
  page: Page;
  complaints: string[];
}

type Browser = import("@playwright/test").Browser;

/** Chromium's own words when the network was cut, which only tests do. */
const CUT = "net::ERR_INTERNET_DISCONNECTED";

/** What Chromium says by itself about an answer, which is no fault when the test asks for it. */
function isExpected(text: string, refusals: number[]): boolean {
  const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(text)?.[1];
  return text.includes(CUT) || refusals.includes(Number(status));
}

/** A window of somebody who is signed in. Whatever its console complains of is kept. */
async function open(browser: Browser, product: Product, who: Credentials, refusals: number[]): Promise<Watched> {
  const context = await browser.newContext({ baseURL: product.url });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    const complains = message.type() === "error" || message.type() === "warning";
    if (complains && !isExpected(message.text(), refusals)) {
      complaints.push(`${message.text()} ${message.location().url}`.trim());
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await signIn(page, who);
  return { page, complaints };
}

async function close(pages: Watched[]): Promise<void> {
  for (const { page } of pages) {
    await page.context().close();
  }
  expect(pages.flatMap((watched) => watched.complaints)).toEqual([]);
}

/** Signs in as people do. */
export async function signIn(page: Page, who: Credentials): Promise<void> {
  await page.goto("/");
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/inbox/);
}

/** What axe finds that keeps people out. */
export async function isAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as never as { axe: typeof axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  });
  expect(found).toEqual([]);
}
