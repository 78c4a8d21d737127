import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startShortcuts, useShortcut } from "./shortcuts";

let end: () => void;
beforeEach(() => {
  end = startShortcuts();
});
afterEach(() => {
  end();
  document.body.innerHTML = "";
});

const press = (target: Element) => target.dispatchEvent(new KeyboardEvent("keydown", { key: "e", bubbles: true }));

function resolved(html: string, selector: string): boolean {
  document.body.innerHTML = html;
  const run = vi.fn();
  const { unmount } = renderHook(() => useShortcut("e", "Resolve", run, { group: "Conversation" }));
  press(document.querySelector(selector) ?? document.body);
  unmount();
  return run.mock.calls.length > 0;
}

it("hears a key on the page", () => {
  expect(resolved("<p>page</p>", "p")).toBe(true);
});

it.each([
  ["a field", "<input>", "input"],
  ["an open menu", `<div role="menu" data-state="open"><p>Edit</p></div>`, "p"],
  ["an open list", `<div role="listbox" data-state="open"><p>Emil</p></div>`, "p"],
  ["an open dialog", `<div role="dialog" data-state="open"></div><p>page</p>`, "p"],
])("leaves the keys to %s", (_what, html, selector) => {
  expect(resolved(html, selector)).toBe(false);
});
