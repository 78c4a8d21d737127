/** A plugin gets a new version: what it may do besides is agreed to, its settings have a field more, and there is a way back. */

import { readFile } from "node:fs/promises";
import { expect, isAccessible, test } from "./fixtures";
import { withManifest } from "./plugin-file";
import { pluginFile } from "./product";

test("a new version is installed, agreed to, shows its new setting, and is taken back", async ({ admin }) => {
  const next = withManifest(await readFile(pluginFile("whatsapp")), (manifest) => {
    manifest.version = "0.2.0";
    manifest.egress.push({ host: "media.lamps.example", methods: ["GET"] });
    manifest.settings.properties.signature = { type: "string", title: "Signature", maxLength: 10, "x-order": 6 };
  });
  await admin.goto("/connections/plugins");
  await admin.getByRole("button", { name: "Install a plugin" }).click();
  const dialog = admin.getByRole("dialog", { name: "Install a plugin" });
  await dialog.getByLabel("File").setInputFiles({ name: "whatsapp.wasm", mimeType: "application/wasm", buffer: next });
  await isAccessible(admin);
  await dialog.getByRole("button", { name: "Install a plugin" }).click();
  await expect(admin.getByText("WhatsApp 0.2.0 is installed")).toBeVisible({ timeout: 60_000 });

  await admin.goto("/connections");
  await admin.getByRole("link", { name: "Playground number" }).click();
  await expect(admin.getByText("Version 0.2.0 is installed.")).toBeVisible();
  await admin.getByRole("button", { name: "Change the version" }).click();
  const change = admin.getByRole("dialog", { name: "Change the version" });
  await expect(change.getByText("media.lamps.example")).toBeVisible();
  await expect(change.getByText("Signature")).toBeVisible();
  const upgrade = change.getByRole("button", { name: "Change to 0.2.0" });
  await expect(upgrade).toBeDisabled();
  await change.getByLabel("I agree that it may do this").check();
  await isAccessible(admin);
  await upgrade.click();
  await expect(admin.getByText("Version 0.2.0 speaks for it now")).toBeVisible();

  await admin.getByRole("tab", { name: "Settings" }).click();
  const signature = admin.getByLabel("Signature");
  await signature.fill("Much too long");
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText(/at most 10 characters/).first()).toBeVisible();
  await signature.fill("The shop");
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("The settings are saved")).toBeVisible();

  await admin.getByRole("tab", { name: "Overview" }).click();
  await admin.getByRole("button", { name: "Take the last change back" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Take the last change back" }).click();
  await expect(admin.getByText("The version from before is back")).toBeVisible();
  await admin.getByRole("tab", { name: "Settings" }).click();
  await expect(admin.getByRole("textbox", { name: "Phone number ID" })).toBeVisible();
  await expect(signature).toBeHidden();
});
