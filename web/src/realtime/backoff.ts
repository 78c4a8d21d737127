/** Longer and longer pauses, a little different for everybody, so that a thousand clients do not come back at once. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
/** After the server has said not to come back as it is: something else has to change first. */
const STOPPED_MS = 60_000;

export class Backoff {
  private count = 0;

  get failures(): number {
    return this.count;
  }

  next(after: "stop" | "wait" | "now"): number {
    const attempt = this.count;
    this.count += 1;
    const spread = 0.5 + Math.random() / 2;
    if (after === "stop") return STOPPED_MS * spread;
    if (after === "now" && attempt === 0) return Math.random() * FIRST_MS;
    return Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS) * spread;
  }

  reset(): void {
    this.count = 0;
  }
}
