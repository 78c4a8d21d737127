import { expect, it } from "vitest";
import { changed } from "./conversation-draft";

const before = {
  title: "Refund",
  description: "",
  category: "billing",
  brand: "acme",
  is_private: false,
  custom_attributes: { order: "7", vip: true, sizes: ["S"] },
};

it("names only what is different, and what is emptied as nothing", () => {
  const after = {
    ...before,
    title: " Refund ",
    category: " ",
    brand: "other",
    custom_attributes: { order: null, vip: true, sizes: ["S"], colour: "red" },
  };
  expect(changed(before, after)).toEqual({
    category: null,
    brand: "other",
    custom_attributes: { order: null, colour: "red" },
  });
  expect(changed(before, before)).toEqual({});
  expect(changed(before, { ...before, is_private: true })).toEqual({ is_private: true });
});
