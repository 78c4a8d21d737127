/** What a small shop has after some days: people, a few conversations, a rule that acted, a message that failed. */

import type { Client } from "signalbox-client";
import { ok } from "../e2e/answers";
import { Customer } from "../e2e/customer";
import type { Product } from "../e2e/product";

const KEYWORD_RULE = {
  trigger: { type: "message_created" },
  conditions: { fact: "message.text", op: "contains", value: "broken" },
  actions: [{ type: "add_tag", tag: "damaged" }],
};

export async function fill(product: Product, api: Client): Promise<void> {
  await employ(api);
  await prepare(api);
  for (const [name, text] of [
    ["Maren Groß", "The vase arrived broken. Can I have my money back?"],
    ["José Álvarez", "¿Tienen esta lámpara también en azul?"],
    ["Chinwe Okafor", "Do you deliver to Lagos?"],
    ["Yuki Tanaka", "ランプの電球は付いていますか?"],
    ["Sofia Rossi", "Grazie, è arrivato tutto!"],
  ] as const) {
    await new Customer(product, name).write(text);
  }
  const ada = new Customer(product, "Ada Lindqvist");
  await ada.write("Good morning, is my lamp on its way?");
  await ada.buy();
  await ada.write("I would love to have it by Friday.");
}

/** Colleagues and their teams. */
async function employ(api: Client): Promise<void> {
  const team = async (name: string, ticket_prefix: string) =>
    (await ok(api.POST("/api/v1/teams", { body: { name, ticket_prefix } as never }))).id;
  const [support, shipping] = [await team("Support", "SUP"), await team("Shipping", "SHIP")];
  for (const [name, role, team_id] of [
    ["Ann Becker", "agent", support],
    ["Bo Lind", "agent", support],
    ["Cem Yilmaz", "supervisor", shipping],
  ] as const) {
    const email = `${name.split(" ")[0]?.toLowerCase()}@playground.example`;
    const body = { name, role, email, password: "correct horse battery", team_ids: [team_id] };
    await ok(api.POST("/api/v1/users", { body: body as never }));
  }
}

/** What they answer with, sort by and leave to rules. */
async function prepare(api: Client): Promise<void> {
  for (const [name, color] of [
    ["damaged", "#c2410c"],
    ["delivery", "#1d4ed8"],
    ["vip", "#7e22ce"],
  ] as const) {
    await ok(api.PUT("/api/v1/tags/{name}", { params: { path: { name } }, body: { color } }));
  }
  const shared_with = { kind: "everybody" };
  for (const [shortcut, title, text] of [
    ["hello", "Greeting", "Hello {{contact.name}}, how can we help?"],
    ["transit", "On its way", "Your parcel left us today and is usually with you in two days."],
  ] as const) {
    await ok(api.POST("/api/v1/canned-responses", { body: { shortcut, title, text, shared_with } as never }));
  }
  const rule = { name: "Damaged goods", enabled: true, definition: KEYWORD_RULE };
  await ok(api.POST("/api/v1/rules", { body: rule as never }));
}
