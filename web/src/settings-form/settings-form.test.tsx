import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { judgeBy } from "./check/judge";
import type { JsonObject } from "./model/json";
import type { Schema } from "./model/schema";
import { SettingsForm, type SettingsFormProps } from "./settings-form";
import { generated, written } from "./torture/suite";

const complaints = vi.spyOn(console, "error");

// Typing is slow where much else runs.
vi.setConfig({ testTimeout: 30_000 });

// What jsdom has not.
Element.prototype.scrollIntoView = () => {};

beforeEach(() => {
  complaints.mockClear();
});

afterEach(() => {
  cleanup();
  expect(complaints.mock.calls).toEqual([]);
});

function show(props: Partial<SettingsFormProps> & { schema: Schema }) {
  const onSave = vi.fn<SettingsFormProps["onSave"]>(async () => []);
  const all = { values: {}, origins: {}, tenant: {}, secrets: {}, onSave, ...props };
  const user = userEvent.setup();
  const view = render(
    <QueryClientProvider client={new QueryClient()}>
      <SettingsForm {...all} />
    </QueryClientProvider>,
  );
  const save = () => user.click(screen.getByRole("button", { name: "Save changes" }));
  return { ...view, user, save, onSave };
}

const text = (title: string): Schema => ({ type: "string", title });

describe.each(written)("%s", (_, { schema, cases }) => {
  const fitting = cases.filter(({ errors, secrets }) => errors.length === 0 && !secrets);
  it.each(fitting)("is shown, and nothing changes by it: $change", ({ own = {}, tenant = {}, change }) => {
    const { settings } = judgeBy(schema).change({ own, tenant, secrets: new Set() }, change);
    show({ schema, values: settings });
    expect(screen.getByRole("button", { name: "Save changes" })).toHaveProperty("disabled", true);
  });
});

it.each(generated.map(({ schema, cases }) => [JSON.stringify(schema).slice(0, 80), schema, cases] as const))(
  "is shown, and nothing changes by it: %s",
  (_, schema, cases) => {
    const judge = judgeBy(schema);
    for (const { own = {}, tenant = {}, secrets, change, errors } of cases) {
      if (errors.length > 0 || secrets?.length) continue;
      const { settings } = judge.change({ own, tenant, secrets: new Set() }, change);
      const { unmount } = show({ schema, values: settings });
      expect(screen.getByRole("button", { name: "Save changes" })).toHaveProperty("disabled", true);
      unmount();
    }
  },
);

it("shows a property that was added to the schema", () => {
  const schema: Schema = { type: "object", properties: { a: text("First") } };
  const { unmount } = show({ schema });
  expect(screen.queryByLabelText("Second")).toBeNull();
  unmount();
  show({ schema: { ...schema, properties: { ...schema.properties, b: text("Second") } } });
  expect(screen.getByLabelText("Second")).toBeTruthy();
});

it("sends only what was changed, and null for what was cleared", async () => {
  const schema: Schema = { type: "object", properties: { a: text("A"), b: text("B"), c: text("C") } };
  const { user, save, onSave } = show({ schema, values: { a: "1", b: "2", c: "3" } });
  await user.clear(screen.getByLabelText("A"));
  await user.type(screen.getByLabelText("B"), "2");
  await save();
  expect(onSave).toHaveBeenCalledWith({ a: null, b: "22" });
});

it("stands in the order and under the headings that the schema wishes", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      last: { ...text("Last"), "x-group": "More" },
      second: { ...text("Second"), "x-order": 2 },
      first: { ...text("First"), "x-order": 1 },
    },
  };
  show({ schema });
  expect(screen.getAllByRole("textbox").map((field) => field.getAttribute("id"))).toEqual(
    ["First", "Second", "Last"].map((label) => screen.getByLabelText(label).id),
  );
  expect(within(screen.getByRole("group", { name: "More" })).getByLabelText("Last")).toBeTruthy();
});

describe("secrets", () => {
  const schema: Schema = { type: "object", properties: { token: { ...text("Token"), "x-secret": true } } };
  const secrets = { token: { set: true, updated_at: "2026-11-01T10:00:00Z" } };

  it("are kept when nothing is said about them, and never shown", () => {
    show({ schema, secrets });
    expect(screen.getByLabelText("Token").textContent).toMatch(/^Set, /);
    expect(document.querySelector("input")).toBeNull();
  });

  it("are replaced", async () => {
    const { user, save, onSave } = show({ schema, secrets });
    await user.click(screen.getByRole("button", { name: "Replace Token" }));
    await user.type(screen.getByLabelText("Token"), "new");
    await save();
    expect(onSave).toHaveBeenCalledWith({ token: "new" });
  });

  it("are removed, unless one thinks better of it", async () => {
    const { user, save, onSave } = show({ schema, secrets });
    await user.click(screen.getByRole("button", { name: "Remove Token" }));
    await user.click(screen.getByRole("button", { name: "Keep the old one" }));
    await user.click(screen.getByRole("button", { name: "Remove Token" }));
    await save();
    expect(onSave).toHaveBeenCalledWith({ token: null });
  });
});

it("takes an own value back to the inherited one", async () => {
  const schema: Schema = { type: "object", properties: { version: { ...text("Version"), default: "v1" } } };
  const values: JsonObject = { version: "v2" };
  const { user, save, onSave } = show({ schema, values, origins: { "/version": "own" } });
  await user.click(screen.getByRole("button", { name: "Reset Version to the inherited value" }));
  expect(screen.getByLabelText("Version")).toHaveProperty("value", "v1");
  await save();
  expect(onSave).toHaveBeenCalledWith({ version: null });
});

it("takes a group back as a whole, but not one that holds a secret", async () => {
  const retry: Schema = {
    type: "object",
    title: "Retries",
    properties: { count: { type: "integer", title: "Count" }, wait: { type: "integer", title: "Wait" } },
  };
  const login: Schema = {
    type: "object",
    title: "Login",
    properties: { user: text("User"), password: { ...text("Password"), "x-secret": true } },
  };
  const { user, save, onSave } = show({
    schema: { type: "object", properties: { retry, login } },
    values: { retry: { count: 5, wait: 1 }, login: { user: "ada" } },
    tenant: { retry: { count: 3, wait: 1 }, login: { user: "all" } },
    origins: { "/retry/count": "own", "/retry/wait": "tenant", "/login/user": "own" },
  });
  expect(screen.queryByRole("button", { name: "Reset Login to the inherited value" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Reset Retries to the inherited value" }));
  expect(screen.getByLabelText("Count")).toHaveProperty("value", "3");
  await save();
  expect(onSave).toHaveBeenCalledWith({ retry: null });
});

it("takes the choice of a form back with all that was said in it", async () => {
  const schema = written.find(([name]) => name === "alternatives")?.[1].schema as Schema;
  const { user, save, onSave } = show({
    schema,
    values: { auth: { kind: "user", user: "ada", role: "writer" } },
    tenant: { auth: { kind: "certificate", name: "ours" } },
    origins: { "/auth/kind": "own", "/auth/user": "own", "/auth/role": "own" },
  });
  await user.click(screen.getByRole("button", { name: /^Reset Sign in/ }));
  expect(screen.getByLabelText(/^Name/)).toHaveProperty("value", "ours");
  await save();
  expect(onSave).toHaveBeenCalledWith({ auth: null });
});

it("leads to the first mistake, also in a list", async () => {
  const schema: Schema = {
    type: "object",
    properties: {
      tags: { type: "array", title: "Tags", items: { type: "string" }, minItems: 1, "x-order": 1 },
      name: { ...text("Name"), "x-order": 2 },
    },
  };
  const { user, save } = show({ schema, values: { tags: [] }, origins: { "/tags": "own" } });
  await user.type(screen.getByLabelText("Name"), "a");
  await save();
  await waitFor(() => expect(document.activeElement?.textContent).toBe("Add an entry"));
});

it("adds, moves and removes entries of a list", async () => {
  const schema: Schema = {
    type: "object",
    properties: { tags: { type: "array", title: "Tags", items: { type: "string" } } },
  };
  const { user, save, onSave } = show({ schema, values: { tags: ["a", "b"] } });
  await user.click(screen.getByRole("button", { name: "Add an entry: Tags" }));
  expect(document.activeElement?.tagName).toBe("INPUT");
  await user.keyboard("c");
  await user.click(screen.getByRole("button", { name: "Move an entry 3 up" }));
  await user.click(screen.getByRole("button", { name: "Remove an entry 1" }));
  await save();
  expect(onSave).toHaveBeenCalledWith({ tags: ["c", "b"] });
});

it("changes from one form to another", async () => {
  const schema = written.find(([name]) => name === "alternatives")?.[1].schema as Schema;
  const values: JsonObject = { auth: { kind: "user", user: "ada", role: "writer" } };
  const { user, save, onSave } = show({ schema, values });
  expect(screen.getByLabelText(/^User/)).toHaveProperty("value", "ada");
  await user.selectOptions(screen.getByLabelText(/^Sign in/), "Certificate");
  await save();
  expect(screen.getByLabelText(/^Name/).getAttribute("aria-invalid")).toBe("true");
  expect(onSave).not.toHaveBeenCalled();
  await user.type(screen.getByLabelText(/^Name/), "mine");
  await save();
  expect(onSave).toHaveBeenCalledWith({ auth: { kind: "certificate", name: "mine", user: null, role: null } });
});

it("sets up a group and takes it away", async () => {
  const schema = written.find(([name]) => name === "groups")?.[1].schema as Schema;
  const values: JsonObject = { account: "a", advanced: "v1", retry: { count: 3 } };
  const { user, save, onSave } = show({ schema, values, origins: { "/account": "own" } });
  await user.click(screen.getByRole("button", { name: "Set up Mail server" }));
  await user.type(screen.getByLabelText(/^Host/), "mail");
  await save();
  expect(onSave).toHaveBeenCalledWith({ smtp: { host: "mail", port: 587 } });
});

it("shows what the server refuses at its field, until that is changed", async () => {
  const onSave = vi.fn(async () => [{ pointer: "/a", code: "account_taken", message: "is taken" }]);
  const { user, save } = show({ schema: { type: "object", properties: { a: text("A") } }, onSave });
  await user.type(screen.getByLabelText("A"), "1");
  await save();
  await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("is taken"));
  await user.type(screen.getByLabelText("A"), "2");
  expect(screen.queryByRole("alert")).toBeNull();
});

it("does not save what is no JSON", async () => {
  const schema: Schema = { type: "object", properties: { any: { title: "Anything" } } };
  const { user, save, onSave } = show({ schema });
  await user.click(screen.getByLabelText("Anything"));
  await user.paste('{"a":');
  expect(screen.getByRole("alert").textContent).toBe("This is not valid JSON.");
  await user.paste(" 1}");
  await save();
  expect(onSave).toHaveBeenCalledWith({ any: { a: 1 } });
});

it("offers the choices of the plugin, and says when it cannot", async () => {
  const schema: Schema = {
    type: "object",
    properties: {
      region: text("Region"),
      number: { ...text("Number"), "x-options": { call: "numbers", "depends-on": ["region"] } },
    },
  };
  const load = vi.fn(async () => [{ value: "17", label: "Berlin" }]);
  load.mockRejectedValueOnce(new Error("no answer"));
  const { user, save, onSave } = show({ schema, options: { key: ["test"], load } });
  await user.click(screen.getByRole("button", { name: "Choose from the provider" }));
  await user.keyboard("{Escape}");
  await user.click(await screen.findByRole("button", { name: "Ask again" }));
  await user.click(screen.getByRole("button", { name: "Choose from the provider" }));
  await user.click(await screen.findByRole("option", { name: /Berlin/ }));
  await user.type(screen.getByLabelText("Region"), "eu");
  expect(screen.getByText("Save Region first: the choices depend on it.")).toBeTruthy();
  await save();
  expect(onSave).toHaveBeenCalledWith({ number: "17", region: "eu" });
});

it("says what a stored value is called, and asks once for a word, not for each letter", async () => {
  const schema: Schema = {
    type: "object",
    properties: { number: { ...text("Number"), "x-options": { call: "numbers" } } },
  };
  const load = vi.fn(async (_: string, search: string) => [{ value: "17", label: search ? "Found" : "Berlin" }]);
  const { user } = show({ schema, values: { number: "17" }, options: { key: ["test"], load } });
  expect(await screen.findByText("Berlin")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Choose from the provider" }));
  await user.keyboard("ham");
  expect(await screen.findByRole("option", { name: /Found/ })).toBeTruthy();
  expect(load.mock.calls.map(([, search]) => search)).toEqual(["", "ham"]);
});
