import { describe, expect, it } from "vitest";
import { smsSize } from "./sms";
import { answered, askedFor, inserted, mentioned } from "./suggest";
import {
  buttonsOf,
  isFillable,
  isFilled,
  keyOf,
  parametersOf,
  placesOf,
  previewOf,
  valuesIn,
} from "./template-variables";
import { serviceWindow } from "./window";

describe("an SMS", () => {
  it.each([
    ["", 0, 160, false],
    ["a".repeat(160), 1, 0, false],
    ["a".repeat(161), 2, 145, false],
    ["a".repeat(306), 2, 0, false],
    ["Grüße à la carte", 1, 144, false],
    ["5 €", 1, 156, false],
    ["ş".repeat(70), 1, 0, true],
    ["ş".repeat(71), 2, 63, true],
    ["👍", 1, 68, true],
  ])("%# has its parts and what is left", (text, parts, left, unicode) => {
    expect(smsSize(text)).toMatchObject({ parts, left, unicode });
  });
});

describe("what stands before the cursor", () => {
  it("asks for texts and people at the beginning of a word only", () => {
    expect(askedFor("/he", 3)).toEqual({ sign: "/", text: "he", start: 0 });
    expect(askedFor("Hi @Zoë", 7)).toEqual({ sign: "@", text: "zoë", start: 3 });
    expect(askedFor("https://a.example", 17)).toBeUndefined();
    expect(askedFor("me@example", 10)).toBeUndefined();
    expect(askedFor("/hello there", 12)).toBeUndefined();
  });

  it("is replaced by what was chosen, and the rest stays", () => {
    const now = { text: "Hi @an, see", cursor: 6 };
    expect(answered(now, "@an", 3, "@Anna ")).toEqual({ text: "Hi @Anna , see", cursor: 9 });
  });

  it("is replaced although something was written meanwhile, which stays as well", () => {
    const after = { text: "/hi and more", cursor: 12 };
    expect(answered(after, "/hi", 0, "Hello")).toEqual({ text: "Hello and more", cursor: 14 });
    const before = { text: "So: /hi", cursor: 4 };
    expect(answered(before, "/hi", 0, "Hello")).toEqual({ text: "So: Hello", cursor: 4 });
    expect(answered({ text: "No.", cursor: 3 }, "/hi", 0, "Hello")).toBeUndefined();
  });
});

describe("what a tool puts in", () => {
  it("stands at the cursor", () => {
    expect(inserted({ text: "Thanks, bye", cursor: 6 }, "🙏")).toEqual({ text: "Thanks🙏, bye", cursor: 8 });
    expect(inserted({ text: "Hi there", cursor: 2 }, "/")).toEqual({ text: "Hi / there", cursor: 4 });
    expect(inserted({ text: "Hi ", cursor: 3 }, "/")).toEqual({ text: "Hi /", cursor: 4 });
  });
});

describe("a mention", () => {
  it("speaks to whom was chosen, while their name stands there", () => {
    const chosen = [
      { id: "1", name: "Ada Lovelace" },
      { id: "2", name: "Ben" },
      { id: "1", name: "Ada Lovelace" },
    ];
    expect(mentioned("See @Ada Lovelace", chosen)).toEqual(["1"]);
    expect(mentioned("Nobody", chosen)).toEqual([]);
    expect(mentioned("Nobody", undefined)).toEqual([]);
  });
});

describe("a template", () => {
  const template = {
    name: "order",
    language: "en",
    status: "approved",
    components: [
      { type: "HEADER", format: "TEXT", text: "Order {{1}}" },
      { type: "BODY", text: "Hello {{name}}, {{1}} is on its way. {{name}}!" },
      { type: "FOOTER", text: "Bye" },
      { type: "BUTTONS" },
    ],
  };
  const values = new Map([
    ["header 1", "#7"],
    ["body name", "Ada"],
    ["body 1", "it"],
  ]);

  it("has its places once, part by part", () => {
    expect(placesOf(template).map(keyOf)).toEqual(["header 1", "body name", "body 1"]);
  });

  it("shows what the customer will read", () => {
    expect(previewOf(template, values)).toBe("Order #7\n\nHello Ada, it is on its way. Ada!\n\nBye");
    expect(previewOf(template, new Map())).toContain("Hello {{name}}");
  });

  it("gives its parameters as the provider wants them", () => {
    expect(parametersOf(template, values)).toEqual([
      { type: "header", parameters: [{ type: "text", text: "#7" }] },
      {
        type: "body",
        parameters: [
          { type: "text", text: "Ada", parameter_name: "name" },
          { type: "text", text: "it" },
        ],
      },
    ]);
  });

  it("may have a file, and variables in its buttons", () => {
    const rich = {
      ...template,
      components: [
        { type: "HEADER", format: "DOCUMENT" },
        { type: "BODY", text: "Your invoice" },
        {
          type: "BUTTONS",
          buttons: [
            { type: "QUICK_REPLY", text: "Thanks" },
            { type: "URL", text: "Track", url: "https://shop.example/orders/{{1}}" },
            { type: "COPY_CODE", text: "Copy code", example: ["X"] },
          ],
        },
      ],
    };
    expect(placesOf(rich).map(keyOf)).toEqual(["header document", "button 1 1", "button 2 code"]);
    expect(buttonsOf(rich)).toEqual(["Thanks", "Track", "Copy code"]);
    const filled = new Map([
      ["header document", "https://shop.example/bills/7.pdf"],
      ["button 1 1", "7"],
      ["button 2 code", "SAVE10"],
    ]);
    expect(parametersOf(rich, filled)).toEqual([
      {
        type: "header",
        parameters: [{ type: "document", document: { link: "https://shop.example/bills/7.pdf", filename: "7.pdf" } }],
      },
      { type: "button", sub_type: "url", index: "1", parameters: [{ type: "text", text: "7" }] },
      {
        type: "button",
        sub_type: "copy_code",
        index: "2",
        parameters: [{ type: "coupon_code", coupon_code: "SAVE10" }],
      },
    ]);
    const [file] = placesOf(rich);
    expect(file && [isFilled(file, "7.pdf"), isFilled(file, "https://a.example/7.pdf")]).toEqual([false, true]);
  });

  it("that takes more than words and addresses cannot be filled in here", () => {
    expect(isFillable(template)).toBe(true);
    expect(isFillable({ ...template, components: [{ type: "CAROUSEL" }] })).toBe(false);
    expect(isFillable({ ...template, components: [{ type: "HEADER", format: "LOCATION" }] })).toBe(false);
  });

  it("that is on its way is read by its parameters", () => {
    expect(previewOf(template, valuesIn(template, parametersOf(template, values)))).toBe(previewOf(template, values));
  });

  it("of which only the text is known has places, too", () => {
    expect(placesOf({ ...template, components: [], body: "Hi {{1}}" }).map(keyOf)).toEqual(["body 1"]);
  });
});

describe("the service window", () => {
  const now = Date.parse("2026-11-27T12:00:00Z");
  it("is open for its hours after the customer's last message, and warns near its end", () => {
    expect(serviceWindow("2026-11-27T11:00:00Z", 24, now)).toEqual({ state: "open", left: 23 * 3_600_000 });
    expect(serviceWindow("2026-11-26T13:30:00Z", 24, now)).toEqual({ state: "soon", left: 1.5 * 3_600_000 });
    expect(serviceWindow("2026-11-26T12:00:00Z", 24, now)).toEqual({ state: "closed" });
  });

  it("is nothing where a channel has none", () => {
    expect(serviceWindow("2026-11-26T12:00:00Z", null, now)).toBeUndefined();
    expect(serviceWindow(null, null, now)).toBeUndefined();
  });

  it("is closed for whoever never wrote", () => {
    expect(serviceWindow(null, 24, now)).toEqual({ state: "closed", never: true });
  });
});
