// The figures of a player: frames per second over the last two seconds, and latency, smoothed.

const WINDOW_MS = 2000;
const SMOOTH = 0.2;

export class Meter {
  frames = 0;
  lost = 0;
  latencyMs: number | null = null;
  private recent: { atMs: number; frames: number }[] = [];

  shown(frames: number, latencyMs: number | null, atMs: number): void {
    this.frames += frames;
    this.recent.push({ atMs, frames });
    if (latencyMs === null) return;
    this.latencyMs =
      this.latencyMs === null ? latencyMs : this.latencyMs + SMOOTH * (latencyMs - this.latencyMs);
  }

  // Reports may hold several frames; the first one in the window only marks its beginning.
  fps(nowMs: number): number {
    while (this.recent[0] && nowMs - this.recent[0].atMs > WINDOW_MS) this.recent.shift();
    const [first] = this.recent;
    const last = this.recent[this.recent.length - 1];
    if (!first || !last || last.atMs - first.atMs < 200) return 0;
    const frames = this.recent.slice(1).reduce((sum, report) => sum + report.frames, 0);
    return (frames * 1000) / (last.atMs - first.atMs);
  }

  pause(): void {
    this.recent = [];
    this.latencyMs = null;
  }
}
