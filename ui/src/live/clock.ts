// Estimates the server's monotonic clock: each ping gives a round trip and, halfway into it, the
// server's clock. Short round trips are the most accurate, so the offset is the median over the
// best of them. A congested link delays one direction only and would make pictures look younger
// than they are, so its samples are dropped while better ones are known.

const KEEP = 20;
const BEST = 5;
const HOLD_MS = 5 * 60 * 1000; // a drift of 50 ppm adds up to 15 ms by then
const CONGESTED_MS = 50; // longer than the best round trip by this much
const JUMP_US = 100_000; // more than a round trip can explain: one of the clocks stopped

export class ServerClock {
  private samples: { atMs: number; rttMs: number; offsetUs: number }[] = [];
  private guessUs: number | null = null;

  // A first estimate, before any ping was answered: it ignores the time of transmission.
  hello(serverUs: number, nowMs: number): void {
    this.samples = [];
    this.guessUs = serverUs - nowMs * 1000;
  }

  pong(sentMs: number, serverUs: number, nowMs: number): void {
    const rttMs = nowMs - sentMs;
    if (!(rttMs >= 0)) return;
    const sample = { atMs: nowMs, rttMs, offsetUs: serverUs - (sentMs + rttMs / 2) * 1000 };
    const known = this.samples.length === 0 ? null : this.offsetUs;
    if (known !== null && Math.abs(sample.offsetUs - known) > rttMs * 500 + JUMP_US)
      this.samples = [];
    this.samples = this.samples.filter((s) => nowMs - s.atMs < HOLD_MS);
    const best = this.rttMs;
    if (best !== null && rttMs > best + CONGESTED_MS) return;
    this.samples = this.samples.filter((s) => s.rttMs <= rttMs + CONGESTED_MS);
    this.samples.push(sample);
    if (this.samples.length > KEEP) this.samples.shift();
  }

  // Server's µs minus the page's µs; null before anything is known.
  get offsetUs(): number | null {
    if (this.samples.length === 0) return this.guessUs;
    const best = [...this.samples].sort((a, b) => a.rttMs - b.rttMs).slice(0, BEST);
    const offsets = best.map((s) => s.offsetUs).sort((a, b) => a - b);
    const middle = offsets.length >> 1;
    return offsets.length % 2 === 1
      ? (offsets[middle] as number)
      : ((offsets[middle - 1] as number) + (offsets[middle] as number)) / 2;
  }

  get rttMs(): number | null {
    return this.samples.length === 0 ? null : Math.min(...this.samples.map((s) => s.rttMs));
  }

  // Age at nowMs of a picture captured at captureUs on the server's clock.
  ageMs(captureUs: number, nowMs: number): number | null {
    const offset = this.offsetUs;
    return offset === null ? null : nowMs + (offset - captureUs) / 1000;
  }
}
