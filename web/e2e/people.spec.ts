/** Who works here, and what they may do. */

import type { Page } from "@playwright/test";
import { expect, isAccessible, test } from "./fixtures";

test.describe("what the server does not take", () => {
  test.use({ refusals: [422] });

  test("a user is invited, and the invitation can be revoked", async ({ admin }) => {
    await admin.goto("/people/users");
    await admin.getByRole("button", { name: "Invite somebody" }).click();
    const dialog = admin.getByRole("dialog", { name: "Invite somebody" });
    await dialog.getByLabel("E-mail address").fill("not an address");
    await dialog.getByRole("button", { name: "Invite" }).click();
    await expect(dialog.getByRole("alert")).toBeVisible();
    await dialog.getByLabel("E-mail address").fill("nora@lamps.example");
    await dialog.getByLabel("Name").fill("Nora Neu");
    await isAccessible(admin);
    await dialog.getByRole("button", { name: "Invite" }).click();
    const invitation = admin.getByRole("row").filter({ hasText: "nora@lamps.example" });
    await expect(invitation).toBeVisible();

    await invitation.getByRole("button", { name: "Actions for nora@lamps.example" }).click();
    await admin.getByRole("menuitem", { name: "Revoke" }).click();
    await admin.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await expect(admin.getByText("No invitation is open.")).toBeVisible();
  });
});

test("a role is made and given, and its holder sees what it allows and no more", async ({ admin, person }) => {
  await admin.goto("/people/roles");
  await admin.getByRole("button", { name: "New role" }).click();
  const drawer = admin.getByRole("dialog", { name: "New role" });
  await drawer.getByLabel("Name").fill("Rule reader");
  await drawer.getByLabel("Read rules and their runs").check();
  await isAccessible(admin);
  await drawer.getByRole("button", { name: "Create role" }).click();
  await expect(admin.getByRole("row").filter({ hasText: "Rule reader" })).toBeVisible();

  const { page, id } = await person("Rita Reader", "agent");
  await expect(place(page, "Rules")).toHaveCount(0);
  await admin.goto(`/people/users?user=${id}`);
  await admin.getByRole("dialog").getByLabel("Role").selectOption("Rule reader");
  await admin.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("Saved").first()).toBeVisible();
  await page.goto("/rules");
  await expect(page.getByRole("heading", { name: "Rules", level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Presets" })).toHaveCount(0);
  await expect(place(page, "Operations")).toHaveCount(0);
});

const place = (page: Page, name: string) => page.getByRole("navigation").getByRole("link", { name });

test("a team gets its members, and the audit log says who changed what", async ({ admin, person }) => {
  await person("Tom Team", "agent");
  await admin.goto("/people/teams");
  await admin.getByRole("button", { name: "New team" }).click();
  const dialog = admin.getByRole("dialog", { name: "New team" });
  await dialog.getByLabel("Name").fill("Repairs");
  await dialog.getByLabel("Prefix of its tickets").fill("REP");
  await dialog.getByRole("button", { name: "Create team" }).click();
  const drawer = admin.getByRole("dialog", { name: "Repairs" });
  await drawer.getByRole("button", { name: "Add somebody" }).click();
  await admin.getByRole("option", { name: /Tom Team/ }).click();
  await expect(drawer.getByText("Tom Team")).toBeVisible();
  await drawer.getByLabel("How conversations find somebody").selectOption("In turn");
  await drawer.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("Saved").first()).toBeVisible();

  await admin.goto("/people/audit-log?target_kind=team");
  await admin.getByRole("button", { name: "team.updated" }).first().click();
  const entry = admin.getByRole("dialog", { name: "team.updated" });
  const change = entry.getByRole("row").filter({ hasText: "assignment" });
  await expect(change).toContainText("manual");
  await expect(change).toContainText("round_robin");
  await isAccessible(admin);
});

test("a key is shown once", async ({ admin }) => {
  await admin.goto("/people/api-keys");
  await admin.getByRole("button", { name: "New key" }).click();
  const drawer = admin.getByRole("dialog", { name: "New key" });
  await drawer.getByLabel("Name").fill("Reporter");
  await drawer.getByLabel("Read who changed what").check();
  await drawer.getByRole("button", { name: "Create key" }).click();
  const shown = admin.getByRole("dialog", { name: "The key is made" });
  await expect(shown.getByText(/^sbk_/)).toBeVisible();
  await shown.getByRole("button", { name: "I have copied it" }).click();
  await expect(admin.getByRole("row").filter({ hasText: "Reporter" })).toContainText("never");
  await expect(admin.getByText(/^sbk_/)).toHaveCount(0);
});
