import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** The pictures of the documentation, made of the running product: `scripts/console screenshots`. */
export default defineConfig({
  ...tests,
  testDir: "screenshots",
  testMatch: "pages.ts",
  timeout: 600_000,
  use: { ...tests.use, deviceScaleFactor: 1, screenshot: "off", trace: "off" },
});
