// A player's figures: frames per second over the last two seconds, and latency, smoothed. Frames
// shown in a burst after a wait do not increase the rate, because it is averaged over the window.

const WINDOW_MS = 2000;
const SMOOTH = 0.2;

export class Meter {
  frames = 0;
  lost = 0;
  latencyMs: number | null = null;
  private recent: { atMs: number; frames: number }[] = [];
  private beginMs: number | null = null; // when the first one was shown

  shown(frames: number, latencyMs: number | null, atMs: number): void {
    this.frames += frames;
    if (this.beginMs === null) this.beginMs = atMs;
    else this.recent.push({ atMs, frames });
    if (latencyMs === null) return;
    const latency = Math.max(0, latencyMs);
    this.latencyMs =
      this.latencyMs === null ? latency : this.latencyMs + SMOOTH * (latency - this.latencyMs);
  }

  // A report may contain several frames; the very first one only marks the start.
  fps(nowMs: number): number {
    while (this.recent[0] && nowMs - this.recent[0].atMs >= WINDOW_MS) this.recent.shift();
    const last = this.recent[this.recent.length - 1];
    if (this.beginMs === null || !last) return 0;
    const spanMs = Math.min(WINDOW_MS, last.atMs - this.beginMs);
    if (spanMs < 200) return 0;
    const frames = this.recent.reduce((sum, report) => sum + report.frames, 0);
    return (frames * 1000) / spanMs;
  }

  pause(): void {
    this.recent = [];
    this.beginMs = null;
    this.latencyMs = null;
  }
}
