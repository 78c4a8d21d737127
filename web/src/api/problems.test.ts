import { type Problem, ProblemError } from "signalbox-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { chooseLanguage } from "@/i18n";
import { fieldError, listError, words } from "./problems";

const refusal = (code: string, message: string) =>
  new ProblemError({
    type: "about:blank",
    status: 422,
    code: "invalid",
    title: "Some values are not valid",
    request_id: "1",
    errors: [{ pointer: "/name", code, message }],
  } as Problem);

beforeEach(() => chooseLanguage("de"));
afterEach(() => chooseLanguage("en"));

test("a wrong value is told in the language that is read, with the server's numbers", async () => {
  const error = refusal("too_long", "must have at most 255 characters");
  await vi.waitFor(() => expect(fieldError(error, "/name")).toBe("Höchstens 255 Zeichen"));
  expect(words(error)).toEqual({
    title: "Einige Werte sind nicht zulässig",
    detail: "Höchstens 255 Zeichen",
    requestId: "1",
  });
  expect(fieldError(refusal("too_short", "must not be empty"), "/name")).toBe("Darf nicht leer sein");
  expect(fieldError(error, "/other")).toBeUndefined();
});

test("a list's error is that of the list or of anything in it, and of no other field", async () => {
  const error = new ProblemError({
    ...refusal("email", "must be an email address").problem,
    errors: [
      { pointer: "/domains_of_others", code: "other", message: "another" },
      { pointer: "/domains/1", code: "free_mail", message: "anybody can have an address there" },
    ],
  });
  await vi.waitFor(() => expect(listError(error, "/domains")).toBe("Dort kann jeder eine Adresse haben"));
  expect(listError(error, "/domains/1")).toBe("Dort kann jeder eine Adresse haben");
  expect(listError(error, "/domain")).toBeUndefined();
});

test("what nobody has translated, or whose number is missing, is told as the server says it", async () => {
  await vi.waitFor(() => expect(fieldError(refusal("email", "must be one"), "/name")).toMatch(/^Muss/));
  expect(fieldError(refusal("new", "is new"), "/name")).toBe("is new");
  expect(fieldError(refusal("too_long", "is too long"), "/name")).toBe("is too long");
});
