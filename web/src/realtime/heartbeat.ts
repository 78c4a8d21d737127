/** Notices a connection that is dead without having been closed: asks after a silence, and gives up without an answer. */

const ANSWER_WITHIN_MS = 5_000;

interface Pulse {
  ping: () => void;
  lost: () => void;
}

export class Heartbeat {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence = 0;

  constructor(private readonly by: Pulse) {}

  start(silenceMs: number): void {
    this.silence = silenceMs;
    this.heard();
  }

  /** Something came, whatever it was. */
  heard(): void {
    clearTimeout(this.timer);
    if (this.silence > 0) this.timer = setTimeout(() => this.ask(), this.silence);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.silence = 0;
  }

  private ask(): void {
    this.by.ping();
    this.timer = setTimeout(this.by.lost, ANSWER_WITHIN_MS);
  }
}
