/**
 * Answers everybody who waits: logs in, reads the list of conversations page by page, replies, and says why where a
 * reply is refused.
 *
 *     SIGNALBOX_URL=http://127.0.0.1:8080 SIGNALBOX_TENANT=demo SIGNALBOX_EMAIL=… SIGNALBOX_PASSWORD=… \
 *         node build/examples/inbox.js "Hello! We will be with you soon."
 */

import { randomUUID } from "node:crypto";
import { items, logIn, ok, ProblemError, type Client, type components } from "../src/index.js";

type Conversation = components["schemas"]["Conversation"];

const { client, logOut } = await logIn(environment("SIGNALBOX_URL"), {
  tenant: environment("SIGNALBOX_TENANT"),
  email: environment("SIGNALBOX_EMAIL"),
  password: environment("SIGNALBOX_PASSWORD"),
});
const text = process.argv[2] ?? "Hello! We will be with you soon.";
for await (const conversation of waiting(client)) {
  console.log(`${conversation.contact?.name ?? "somebody"}: ${await reply(conversation, text)}`);
}
await logOut();

/** The conversations that nobody has answered. */
function waiting(client: Client): AsyncGenerator<Conversation> {
  const page = (cursor?: string) =>
    ok(client.GET("/api/v1/conversations", { params: { query: { type: "support", status: "new", limit: 2, cursor } } }));
  return items(page);
}

/** Answers one, and tells what came of it. */
async function reply(conversation: Conversation, text: string): Promise<string> {
  const request = {
    // With the same key, a request that is sent once more sends no second message.
    params: { path: { id: conversation.id }, header: { "Idempotency-Key": randomUUID() } },
    body: { content: { type: "text", text } },
  } as const;
  try {
    const message = await ok(client.POST("/api/v1/conversations/{id}/messages", request));
    return message.status;
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error;
    }
    switch (error.code) {
      case "window_closed":
        return `only a template may be sent now: ${JSON.stringify(error.problem["templates"])}`;
      case "invalid":
        return `refused: ${error.problem.errors?.map(({ pointer, message }) => `${pointer} ${message}`).join("; ")}`;
      default:
        return error.message;
    }
  }
}

function environment(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`set ${name}`);
  }
  return value;
}
