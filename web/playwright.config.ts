import { defineConfig } from "@playwright/test";

/** `scripts/console e2e` says where they are. */
const chromium = process.env.CHROMIUM;

export default defineConfig({
  testDir: "e2e",
  outputDir: "../target/e2e",
  // One product for all tests of a worker, and one worker: it is the product that needs the machine.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A machine that does ten things at once is late now and then; what fails twice is broken.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
