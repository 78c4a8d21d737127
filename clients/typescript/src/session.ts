/** A person who has logged in. Access tokens last for minutes; new ones are fetched before they end. */

import { connect, type Client } from "./client.js";
import { ok } from "./problem.js";
import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** Who logs in. */
export type Credentials = Omit<Schemas["Login"], "refresh_token_delivery">;

/** Somebody at the API, until they log out. */
export interface Session {
  /** What they do goes through this. */
  client: Client;
  /** The person. */
  userId: string;
  /** Ends the session; its tokens are refused from then on. */
  logOut(): Promise<void>;
}

/**
 * Logs somebody in with their password.
 *
 * @throws {ProblemError} `login_failed`; `tenant_required` where the tenant must be named; `second_factor_required`,
 * whose `challenge` goes to `/api/v1/auth/login/second-factor` together with a code.
 */
export async function logIn(baseUrl: string, credentials: Credentials): Promise<Session> {
  const anonymous = connect(baseUrl);
  const body: Schemas["Login"] = { ...credentials, refresh_token_delivery: "body" };
  const granted = await ok(anonymous.POST("/api/v1/auth/login", { body }));
  const tokens = new Tokens(anonymous, granted);
  return {
    client: connect(baseUrl, () => tokens.access()),
    userId: granted.user_id,
    logOut: () => tokens.end(),
  };
}

class Tokens {
  /** A token that ends while the request is on its way is of no use. */
  private static readonly MARGIN_MS = 10_000;

  private readonly anonymous: Client;
  private granted!: Schemas["Tokens"];
  private expiresAt!: number;
  private renewal: Promise<void> | undefined;

  constructor(anonymous: Client, granted: Schemas["Tokens"]) {
    this.anonymous = anonymous;
    this.keep(granted);
  }

  async access(): Promise<string> {
    if (Date.now() >= this.expiresAt - Tokens.MARGIN_MS) {
      // A refresh token is good once: whoever comes meanwhile waits for the same renewal.
      this.renewal ??= this.renew().finally(() => (this.renewal = undefined));
      await this.renewal;
    }
    return this.granted.access_token;
  }

  async end(): Promise<void> {
    await this.renewal;
    await ok(this.anonymous.POST("/api/v1/auth/logout", { body: this.refreshToken() }));
  }

  private async renew(): Promise<void> {
    this.keep(await ok(this.anonymous.POST("/api/v1/auth/refresh", { body: this.refreshToken() })));
  }

  private keep(granted: Schemas["Tokens"]): void {
    this.granted = granted;
    this.expiresAt = Date.now() + granted.expires_in * 1000;
  }

  private refreshToken(): Schemas["Refresh"] {
    const token = this.granted.refresh_token;
    if (!token) {
      throw new Error("the server gave no refresh token, though it was asked for one in the body");
    }
    return { refresh_token: token };
  }
}
