/** What operators do: they see what failed and why, run it again, and hold work back. */

import { ok, tagged } from "./answers";
import { expect, isAccessible, test } from "./fixtures";

test("a dead letter says why it died, and runs again when its cause is gone", async ({ admin, api }) => {
  const connections = await ok(api.GET("/api/v1/connections"));
  const whatsapp = connections.items.find(({ plugin_id: plugin }) => plugin === "whatsapp");
  if (!whatsapp) throw new Error("the product connects WhatsApp at its first start");
  const path = { id: whatsapp.id };
  const read = () => tagged(api.GET("/api/v1/connections/{id}/settings", { params: { path } }));
  const write = async (waba_id: unknown) => {
    const { tag } = await read();
    const params = { path, header: { "If-Match": tag } };
    await ok(api.PATCH("/api/v1/connections/{id}/settings", { params, body: { waba_id } as never }));
  };
  const right = ((await read()).value.values as { waba_id: string }).waba_id;
  await write("1");
  await ok(api.POST("/api/v1/connections/{id}/templates/sync", { params: { path } }));

  await admin.goto("/operations/dead-letters");
  const row = admin.getByRole("row").filter({ hasText: "sync-templates" });
  await expect(row).toBeVisible();
  await row.getByRole("button").click();
  const drawer = admin.getByRole("dialog");
  await expect(drawer.getByText(/Object with ID '1' does not exist/).first()).toBeVisible();
  await isAccessible(admin);

  await write(right);
  await drawer.getByRole("button", { name: "Run again" }).click();
  await expect(admin.getByText("One job runs again")).toBeVisible();
  await expect(admin.getByText("No dead letters")).toBeVisible();
});

test("a lane is paused, which every page of operations says, and resumed", async ({ admin, api }) => {
  await admin.goto("/operations/overview");
  const lane = admin.getByRole("row").filter({ hasText: "Imports, deletions, upkeep" });
  await lane.getByRole("button", { name: "Actions for bulk" }).click();
  await admin.getByRole("menuitem", { name: "Pause" }).click();
  const question = admin.getByRole("dialog", { name: "Pause the lane bulk?" });
  await question.getByRole("button", { name: "Pause" }).click();
  await expect(lane.getByText("Paused")).toBeVisible();
  const { items } = await ok(api.GET("/api/v1/queue/pauses"));
  expect(items).toContainEqual(expect.objectContaining({ lane: "bulk", reason: "paused", everyone: false }));

  await admin.getByRole("tab", { name: /Held back/ }).click();
  const hold = admin.getByRole("row").filter({ hasText: "Lane bulk" });
  await isAccessible(admin);
  await hold.getByRole("button", { name: "Resume" }).click();
  await expect(admin.getByText("Nothing is held back")).toBeVisible();
  expect((await ok(api.GET("/api/v1/queue/pauses"))).items).toEqual([]);
});

test("a kind of jobs is paused, and what waits for it is found among the jobs and cancelled", async ({
  admin,
  api,
}) => {
  await admin.goto("/operations/held-back");
  await admin.getByRole("button", { name: "Pause something" }).click();
  await admin.getByLabel("What is to wait?").selectOption("Kind");
  await admin.getByRole("combobox", { name: "Kind" }).click();
  await admin.getByRole("option", { name: /sync-templates/ }).click();
  await admin.getByRole("button", { name: "Pause", exact: true }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Pause", exact: true }).click();
  await expect(admin.getByRole("row").filter({ hasText: "Jobs sync-templates" })).toBeVisible();

  await admin.getByRole("link", { name: "Rules" }).click();
  await expect(admin.getByText("A pause holds jobs back.")).toBeVisible();

  const connections = await ok(api.GET("/api/v1/connections"));
  const whatsapp = connections.items.find(({ plugin_id: plugin }) => plugin === "whatsapp");
  const path = { id: whatsapp?.id ?? "" };
  await ok(api.POST("/api/v1/connections/{id}/templates/sync", { params: { path } }));
  await admin.goto("/operations/jobs?kind=sync-templates");
  await expect(admin.getByRole("row").filter({ hasText: "sync-templates" })).toBeVisible();
  await admin.getByLabel("Select all that are shown").check();
  await admin.getByRole("toolbar").getByRole("button", { name: "Cancel" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Cancel" }).last().click();
  await expect(admin.getByText("No job matches")).toBeVisible();

  await admin.goto("/operations/held-back");
  await admin.getByRole("button", { name: "Resume" }).click();
  await expect(admin.getByText("Nothing is held back")).toBeVisible();
});
