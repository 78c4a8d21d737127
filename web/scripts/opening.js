/**
 * How long the inbox takes to open: `node opening.js URL TIMES`, with EMAIL and PASSWORD in the environment. Prints the
 * milliseconds from navigation to the largest contentful paint, once a conversation is there, as a JSON list.
 *
 * The browser has opened the console before, as an agent's has in the morning: files come from its cache.
 */

import { chromium } from "@playwright/test";

const [url, times] = process.argv.slice(2);
const { CHROMIUM, EMAIL, PASSWORD } = process.env;

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.goto(url);
await page.getByLabel("E-mail").fill(EMAIL);
await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
await page.getByRole("button", { name: "Sign in" }).click();

const conversation = page.getByRole("list", { name: "Conversations" }).getByRole("link").first();
await conversation.waitFor();
const took = [];
for (let time = 0; time < Number(times); time++) {
  await page.goto(`${url}/inbox`);
  await conversation.waitFor();
  took.push(await page.evaluate(largestPaint));
}
await browser.close();
console.log(JSON.stringify(took));

/** In the page: the latest candidate that there is when nothing has come for half a second. */
function largestPaint() {
  return new Promise((resolve) => {
    let latest = 0;
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve(latest), 500);
    };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        latest = entry.startTime;
      }
      wait();
    }).observe({ type: "largest-contentful-paint", buffered: true });
    wait();
  });
}
