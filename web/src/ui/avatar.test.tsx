import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Avatar } from "./avatar";

it.each([
  ["Zoë 🌿", "Z"],
  ["José Luis Álvarez", "JÁ"],
  ["Maren", "M"],
  ["(Ben) 'Bo' Smith", "BS"],
  ["🌿", "?"],
  ["", "?"],
])("of %s it shows %s", (name, initials) => {
  const { container } = render(<Avatar name={name} />);
  expect(container.querySelector("[data-initials]")?.getAttribute("data-initials")).toBe(initials);
});
