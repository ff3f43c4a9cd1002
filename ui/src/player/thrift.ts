// The size of the picture on a slow link: full, half, a quarter. Pictures that stay late reduce it; when
// the link has been fast enough for a while, it grows again, so that congestion has no lasting effect.
const LATE_MS = 1000;
const DOWN_AFTER_MS = 4000;
const UP_AFTER_MS = 30_000;
const LEAST = 4;

export class Thrift {
  divisor = 1;
  private wasLate = false;
  private sinceMs: number; // when it turned late or punctual, or the divisor changed

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
  }

  // A picture of this age arrived; true if the divisor has changed.
  came(nowMs: number, ageMs: number): boolean {
    const late = ageMs > LATE_MS;
    if (late !== this.wasLate) this.sinceMs = nowMs;
    this.wasLate = late;
    const next = late ? Math.min(this.divisor * 2, LEAST) : Math.max(this.divisor / 2, 1);
    if (next === this.divisor || nowMs - this.sinceMs < (late ? DOWN_AFTER_MS : UP_AFTER_MS))
      return false;
    this.divisor = next;
    this.sinceMs = nowMs;
    return true;
  }
}
