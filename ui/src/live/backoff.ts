// Waits between attempts to connect: 0.5 s, doubling up to 15 s, each times a random 0.5 to 1, so
// that many pages do not reconnect at the same instant. Resets after a connection that lasted.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
export const LASTED_MS = 10_000;

export class Backoff {
  private failures = 0;

  constructor(private readonly random: () => number = Math.random) {}

  next(): number {
    const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    if (whole < LONGEST_MS) this.failures++;
    return Math.round(whole * (0.5 + this.random() / 2));
  }

  lasted(ms: number): void {
    if (ms >= LASTED_MS) this.reset();
  }

  reset(): void {
    this.failures = 0;
  }
}
