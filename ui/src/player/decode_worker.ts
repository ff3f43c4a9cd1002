// The worker of the `worker` delivery: decodes, and draws the newest frame on each canvas.
import type { Media } from '../live/protocol';
import { Decode, type UnitTimes } from './decode';
import type { FromWorker, ToWorker } from './worker_messages';

const REPORT_MS = 200;

function post(message: FromWorker): void {
  self.postMessage(message);
}

class Painter {
  private readonly decode: Decode;
  private readonly context: OffscreenCanvasRenderingContext2D;
  private newest: { frame: VideoFrame; times: UnitTimes } | null = null;
  private asked = false;
  private frames = 0;
  private reportedMs = 0;
  private pendingMs = 0;

  constructor(
    private readonly id: number,
    private readonly canvas: OffscreenCanvas,
  ) {
    this.context = canvas.getContext('2d', { alpha: false }) as OffscreenCanvasRenderingContext2D;
    this.decode = new Decode({
      frame: (frame, times) => this.offer(frame, times),
      pending: (units) => this.pending(units),
      needKey: () => post({ type: 'need-key', id }),
      failed: (reason) => post({ type: 'failed', id, reason }),
    });
  }

  take(media: Media): void {
    // Arrival was stamped on the page's clock.
    this.decode.take({ ...media, arrivedMs: media.arrivedMs - performance.timeOrigin });
  }

  close(): void {
    this.decode.close();
    this.newest?.frame.close();
    this.newest = null;
    this.reportedMs = 0;
  }

  private offer(frame: VideoFrame, times: UnitTimes): void {
    this.newest?.frame.close();
    this.newest = { frame, times };
    if (this.asked) return;
    // Draws the first frame at once; then the newest one in each animation frame.
    this.asked = true;
    this.draw();
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  private draw(): void {
    if (!this.newest) return;
    const { frame, times } = this.newest;
    this.newest = null;
    const { displayWidth, displayHeight } = frame;
    if (this.canvas.width !== displayWidth || this.canvas.height !== displayHeight) {
      this.canvas.width = displayWidth;
      this.canvas.height = displayHeight;
    }
    this.context.drawImage(frame, 0, 0);
    frame.close();
    this.frames++;
    this.report(times);
  }

  private report(times: UnitTimes): void {
    const now = performance.now();
    if (now - this.reportedMs < REPORT_MS) return;
    this.reportedMs = now;
    post({
      type: 'shown',
      id: this.id,
      frames: this.frames,
      captureUs: times.captureUs,
      lagMs: now - times.arrivedMs,
      atWallMs: performance.timeOrigin + now,
    });
    this.frames = 0;
  }

  private pending(units: number): void {
    const now = performance.now();
    if (now - this.pendingMs < REPORT_MS && units !== 4) return;
    this.pendingMs = now;
    post({ type: 'pending', id: this.id, units });
  }
}

const painters = new Map<number, Painter>();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'open') {
    painters.set(data.id, new Painter(data.id, data.canvas));
    return;
  }
  const painter = painters.get(data.id);
  if (data.type === 'media') painter?.take(data.media);
  else painter?.close();
  if (data.type === 'close') painters.delete(data.id);
};
