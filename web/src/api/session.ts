/**
 * The session of this browser. The access token lives in memory; the refresh token in a cookie that no script reads.
 *
 * A refresh token is good once, and one that comes twice ends the session: so tabs renew one after another (Web Locks), and
 * within a tab whoever needs a token waits for the same renewal.
 */

import { type components, connect, ok, ProblemError } from "signalbox-client";

type Tokens = components["schemas"]["Tokens"];

export type SessionState = "unknown" | "signed-in" | "signed-out";

/** Renewed this long before it ends, so that no request meets an expired token. */
const AHEAD_MS = 60_000;
const LOCK = "signalbox-refresh";
/** Whose cookie this browser may have: nobody is asked for a session that never was. */
const MARK = "signalbox.session";
const CSRF = { "X-Signalbox-Csrf": "1" };

/** For what needs no token. */
export const anonymous = connect(location.origin);

class BrowserSession {
  /** Begins anew, as whoever the cookie belongs to. */
  begin = (): void => location.reload();
  private token: string | undefined;
  /** The person, in their tenant. */
  private who: string | undefined;
  private expiresAt = 0;
  private renewal: Promise<boolean> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly tabs = new BroadcastChannel("signalbox-session");
  private current: SessionState = "unknown";

  constructor() {
    this.tabs.addEventListener("message", (event) => {
      if (event.data === "signed-out") this.forget();
      else if (typeof event.data?.signedIn === "string") this.hearOf(event.data.signedIn);
    });
  }

  get state(): SessionState {
    return this.current;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Does it when the session is over: nothing of the person may stay in memory for whoever signs in next. */
  whenSignedOut(leave: () => void): () => void {
    return this.subscribe(() => {
      if (this.current === "signed-out") leave();
    });
  }

  /** After a login. */
  start(tokens: Tokens): void {
    const who = whoseAre(tokens);
    // An invitation is accepted while somebody else is signed in.
    if (this.who !== undefined && this.who !== who) this.become("signed-out");
    this.take(tokens);
    this.tabs.postMessage({ signedIn: who });
  }

  private take(tokens: Tokens): void {
    this.who = whoseAre(tokens);
    localStorage.setItem(MARK, this.who);
    this.token = tokens.access_token;
    this.expiresAt = Date.now() + tokens.expires_in * 1000;
    clearTimeout(this.timer);
    // If that fails, whoever needs a token next tries again.
    const renew = () => void this.renew().catch(() => undefined);
    this.timer = setTimeout(renew, Math.max(tokens.expires_in * 1000 - AHEAD_MS, 5_000));
    this.become("signed-in");
  }

  /** Whether somebody is signed in, after asking the server if that is not known yet. */
  async resume(): Promise<boolean> {
    if (this.current === "signed-in") return true;
    if (this.current === "signed-out") return false;
    const mark = localStorage.getItem(MARK);
    if (mark !== null) {
      // Earlier versions noted only that there was somebody.
      if (mark.includes(" ")) this.who ??= mark;
      return this.renew();
    }
    this.become("signed-out");
    return false;
  }

  /** A token that is good now. */
  async accessToken(): Promise<string> {
    if (!this.token || Date.now() > this.expiresAt - 5_000) {
      await this.renew();
    }
    return this.token ?? "";
  }

  /**
   * A new token for the cookie. False when the session has ended; throws when the server cannot be reached, which ends
   * nothing.
   */
  renew(): Promise<boolean> {
    this.renewal ??= inTurn(() => this.exchange()).finally(() => {
      this.renewal = undefined;
    });
    return this.renewal;
  }

  async signOut(): Promise<void> {
    await ok(anonymous.POST("/api/v1/auth/logout", { headers: CSRF }));
    this.end();
  }

  /** The server does not know the session any more. */
  end(): void {
    this.forget();
    this.tabs.postMessage("signed-out");
  }

  /** Somebody has signed in in another tab: the cookie is theirs now. */
  private hearOf(who: string): void {
    if (this.current === "signed-out" || this.who === undefined || this.who === who) return;
    this.begin();
  }

  private async exchange(): Promise<boolean> {
    try {
      const tokens = await ok(anonymous.POST("/api/v1/auth/refresh", { headers: CSRF }));
      // A tab that slept may not have heard that the cookie is another person's by now. Nothing goes out as them.
      if (this.who !== undefined && this.who !== whoseAre(tokens)) {
        localStorage.setItem(MARK, whoseAre(tokens));
        this.begin();
        return new Promise(() => {});
      }
      this.take(tokens);
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.code === "refresh_failed") {
        this.forget();
        return false;
      }
      throw error;
    }
  }

  private forget(): void {
    localStorage.removeItem(MARK);
    this.token = undefined;
    this.who = undefined;
    clearTimeout(this.timer);
    this.become("signed-out");
  }

  private become(state: SessionState): void {
    if (this.current === state) return;
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}

function whoseAre({ tenant_id, user_id }: Tokens): string {
  return `${tenant_id} ${user_id}`;
}

/** Tabs share the cookie, so they take turns. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? await navigator.locks.request(LOCK, work) : await work();
}

export const session = new BrowserSession();
