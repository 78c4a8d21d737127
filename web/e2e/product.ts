/** The product as `make up` starts it: one process with a database of its own, and the simulated providers. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Where a plugin of ours is after its build. */
export const pluginFile = (name: string) =>
  join(ROOT, `plugins/target/wasm32-unknown-unknown/release/signalbox_${name}.wasm`);
const PLUGINS = ["whatsapp", "shopify", "hubspot"].map(pluginFile);
const PATIENCE_MS = 120_000;

export interface Credentials {
  email: string;
  password: string;
}

export class Product {
  private constructor(
    private readonly process: ChildProcess,
    private readonly data: string,
    /** Where the console and the API are. */
    readonly url: string,
    /** Where the simulated providers are. */
    readonly providers: string,
    /** Whom the product made at its first start. */
    readonly admin: Credentials,
  ) {}

  static async start(): Promise<Product> {
    const data = await mkdtemp(join(tmpdir(), "signalbox-e2e-"));
    const [http, providers] = [await freePort(), await freePort()];
    const binary = process.env.SIGNALBOX ?? join(ROOT, "target/debug/signalbox");
    const child = spawn(binary, ["up", "--sandbox", ...PLUGINS.flatMap((file) => ["--plugin", file])], {
      cwd: data,
      env: {
        ...environment(),
        SIGNALBOX_DATA_DIR: join(data, "data"),
        SIGNALBOX_HTTP_BIND: `127.0.0.1:${http}`,
        SIGNALBOX_SANDBOX_BIND: `127.0.0.1:${providers}`,
        SIGNALBOX_SANDBOX_SMTP_BIND: "127.0.0.1:0",
        SIGNALBOX_RATE_LIMIT_PER_CALLER: "0",
        SIGNALBOX_RATE_LIMIT_PER_ADDRESS: "0",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const told = await greeting(child);
    const admin = { email: after(told, "Admin"), password: after(told, "Password") };
    return new Product(child, data, `http://127.0.0.1:${http}`, `http://127.0.0.1:${providers}`, admin);
  }

  /** Has the simulated providers do something: see `crates/sandbox` for what they can. */
  async simulate(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.providers}/_sandbox/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    }
  }

  /** What happens to the next messages that the product sends, such as `{ times: 1, answer: "server_error" }`. */
  fault(fault: Record<string, unknown>): Promise<void> {
    return this.simulate("faults", fault);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGINT");
    await ended;
    await rm(this.data, { recursive: true, force: true });
  }
}

/** Ours without what somebody has set for a product of their own. */
function environment(): NodeJS.ProcessEnv {
  const foreign = ([name]: [string, unknown]) => name.startsWith("SIGNALBOX_") || name === "DATABASE_URL";
  return Object.fromEntries(Object.entries(process.env).filter((entry) => !foreign(entry)));
}

/** Everything that it says until it runs. */
function greeting(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = "";
    const timer = setTimeout(() => reject(new Error(`it does not start:\n${told}`)), PATIENCE_MS);
    const listen = (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes("Ctrl-C stops everything")) {
        clearTimeout(timer);
        resolve(told);
      }
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${code}:\n${told}`));
    });
  });
}

/** The first word behind a label of the greeting. */
function after(told: string, label: string): string {
  const word = new RegExp(`^ +${label} +(\\S+)`, "m").exec(told)?.[1];
  if (!word) {
    throw new Error(`the greeting names no ${label}:\n${told}`);
  }
  return word;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
