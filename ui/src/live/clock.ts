// The server's monotonic clock as seen from here: each ping gives a round trip and, halfway into
// it, the server's clock. Short round trips are the honest ones, so the offset is the median over
// the best of them.

const KEEP = 20;
const BEST = 5;

export class ServerClock {
  private samples: { rttMs: number; offsetUs: number }[] = [];
  private guessUs: number | null = null;

  // A first idea before any ping was answered: the message is as old as one way.
  hello(serverUs: number, nowMs: number): void {
    this.samples = [];
    this.guessUs = serverUs - nowMs * 1000;
  }

  pong(sentMs: number, serverUs: number, nowMs: number): void {
    const rttMs = nowMs - sentMs;
    if (!(rttMs >= 0)) return;
    this.samples.push({ rttMs, offsetUs: serverUs - (sentMs + rttMs / 2) * 1000 });
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

  // Age at nowMs of what was captured at captureUs on the server's clock.
  ageMs(captureUs: number, nowMs: number): number | null {
    const offset = this.offsetUs;
    return offset === null ? null : nowMs + (offset - captureUs) / 1000;
  }
}
