import { beforeEach, describe, expect, it, vi } from "vitest";

type Tokens = Parameters<typeof import("./session").session.start>[0];
const tokens = (user: string) => ({ access_token: user, expires_in: 3600, tenant_id: "t", user_id: user }) as Tokens;

/** As many tabs as are asked for, each with modules of its own. */
async function tab() {
  vi.resetModules();
  const { session } = await import("./session");
  const begin = vi.fn();
  session.begin = begin;
  const left = vi.fn();
  session.whenSignedOut(left);
  return { session, begin, left };
}

beforeEach(() => localStorage.clear());

describe("somebody else signs in in another tab", () => {
  it("begins anew where another person was", async () => {
    const [first, second] = [await tab(), await tab()];
    first.session.start(tokens("ada"));
    second.session.start(tokens("ben"));
    await vi.waitFor(() => expect(first.begin).toHaveBeenCalled());
  });

  it("changes nothing for the same person, and for whoever is not signed in", async () => {
    const [first, second, third] = [await tab(), await tab(), await tab()];
    first.session.start(tokens("ada"));
    await second.session.resume().catch(() => undefined);
    second.session.end();
    await vi.waitFor(() => expect(first.left).toHaveBeenCalled());
    first.session.start(tokens("ada"));
    third.session.start(tokens("ada"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([first, second, third].map(({ begin }) => begin.mock.calls.length)).toEqual([0, 0, 0]);
  });
});

it("forgets the one before when another accepts an invitation in the same tab", async () => {
  const { session, left } = await tab();
  session.start(tokens("ada"));
  session.start(tokens("ben"));
  expect(left).toHaveBeenCalledOnce();
  expect(session.state).toBe("signed-in");
});
