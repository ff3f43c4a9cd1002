// How far down the picture has to go on a thin link: full size, half, a quarter. Pictures that stay late
// step it down; a link that was fast enough for a while gets a larger picture again, so that congestion
// is not remembered.
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

  // A picture came that was so old; true when the divisor changed.
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
