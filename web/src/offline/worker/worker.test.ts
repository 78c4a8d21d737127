import { beforeEach, expect, it, vi } from "vitest";
import source from "./worker.js?raw";

const ORIGIN = "https://inbox.example";
const NAME = "/service-worker-v2.js";

type Answer = Response | undefined;
type Listener = (event: unknown) => void;
interface FakeRequest {
  url: string;
  method: string;
  mode: string;
}

/** What is kept, by the name of the cache and the path. */
let kept: Map<string, Map<string, Response>>;
let network: ReturnType<typeof vi.fn<(request: string | FakeRequest) => Promise<Response>>>;
let listeners: Map<string, Listener>;

const pathOf = (request: string | FakeRequest) =>
  new URL(typeof request === "string" ? request : request.url, ORIGIN).pathname;

function open(name: string) {
  const cache = kept.get(name) ?? new Map<string, Response>();
  kept.set(name, cache);
  return {
    addAll: async (files: string[]) => {
      for (const file of files) cache.set(file, await network(file));
    },
    put: async (path: string, response: Response) => void cache.set(path, response),
    match: async (path: string) => cache.get(path),
  };
}

beforeEach(() => {
  kept = new Map();
  listeners = new Map();
  network = vi.fn(async (request) => new Response(`${pathOf(request)} names ${NAME}`));
  const self = {
    location: new URL(NAME, ORIGIN),
    addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
    skipWaiting: async () => {},
    registration: {},
    clients: { claim: async () => {} },
  };
  const caches = {
    open: async (name: string) => open(name),
    keys: async () => [...kept.keys()],
    delete: async (name: string) => kept.delete(name),
    match: async (request: FakeRequest) => [...kept.values()].map((cache) => cache.get(pathOf(request))).find(Boolean),
  };
  new Function("VERSION", "FILES", "self", "caches", "fetch", source)("v2", ["/assets/a-1.js"], self, caches, network);
});

async function happens(name: string): Promise<void> {
  let work: Promise<unknown> | undefined;
  listeners.get(name)?.({ waitUntil: (promise: Promise<unknown>) => (work = promise) });
  await work;
}

/** What the worker answers; nothing: it leaves the request alone. */
async function ask(path: string, mode: "navigate" | "cors" = "navigate", method = "GET"): Promise<Answer> {
  let answer: Promise<Response> | undefined;
  const request = { url: ORIGIN + path, method, mode };
  listeners.get("fetch")?.({ request, respondWith: (promise: Promise<Response>) => (answer = promise) });
  return answer;
}

const offline = () => network.mockRejectedValue(new TypeError("Failed to fetch"));

it("answers with the kept page and its files when there is no network", async () => {
  await happens("install");
  offline();
  expect(await (await ask("/inbox/1?tab=team"))?.text()).toContain("/ names");
  expect(await (await ask("/assets/a-1.js", "cors"))?.text()).toContain("/assets/a-1.js");
});

it("asks the network for the page whenever there is one", async () => {
  await happens("install");
  network.mockResolvedValue(new Response("the newest"));
  expect(await (await ask("/inbox"))?.text()).toBe("the newest");
});

it("leaves alone what is not the console's", async () => {
  await happens("install");
  for (const path of ["/api/v1/teams", "/app/key", "/ws/acme", "/hooks/k", "/oauth/callback", "/rate/t", "/docs"]) {
    expect(await ask(path)).toBeUndefined();
  }
  expect(await ask("/api/v1/teams", "cors")).toBeUndefined();
  expect(await ask("/inbox", "navigate", "POST")).toBeUndefined();
});

it("is not there with a page of another version", async () => {
  network.mockImplementation(async () => new Response("names /service-worker-v3.js"));
  await expect(happens("install")).rejects.toThrow("another version");
});

it("keeps the version before for tabs that are open, and none that is older", async () => {
  for (const name of ["console v0", "console v1", "somebody else's"]) open(name);
  await happens("install");
  await happens("activate");
  expect([...kept.keys()]).toEqual(["console v1", "somebody else's", "console v2"]);
});
