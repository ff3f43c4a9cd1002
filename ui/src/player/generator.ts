// WebCodecs on the page, with frames passed to a <video> through a MediaStreamTrackGenerator: the
// fastest way to the screen where available (Chromium).
import type { Media } from '../live/protocol';
import { Decode, type UnitTimes } from './decode';
import { makeVideo, play, type Surface, type SurfaceHost } from './surface';

const UNWRITTEN_MAX = 2;

export class GeneratorSurface implements Surface {
  readonly delivery = 'webcodecs';
  readonly rendition = 'h264';
  readonly element = makeVideo();
  private readonly track = new MediaStreamTrackGenerator({ kind: 'video' });
  private readonly writer = this.track.writable.getWriter();
  private readonly decode: Decode;
  private unwritten = 0;

  constructor(private readonly host: SurfaceHost) {
    this.decode = new Decode({
      frame: (frame, times) => this.show(frame, times),
      pending: (units) => host.pending(units),
      needKey: () => host.needKey(),
      failed: (reason) => host.failed(reason),
    });
    this.element.srcObject = new MediaStream([this.track]);
    this.start();
  }

  take(media: Media): void {
    if (this.element.paused) this.start();
    this.decode.take(media);
  }

  pause(): void {
    this.decode.close();
  }

  destroy(): void {
    this.decode.close();
    this.writer.abort().catch(() => {});
    this.track.stop();
    this.element.srcObject = null;
  }

  private start(): void {
    play(this.element, () => this.host.failed('autoplay', true));
  }

  // write() takes ownership of the frame and closes it.
  private show(frame: VideoFrame, times: UnitTimes): void {
    if (this.unwritten >= UNWRITTEN_MAX) {
      frame.close();
      return;
    }
    this.unwritten++;
    this.writer.write(frame).then(
      () => this.unwritten--,
      () => this.host.failed('generator'),
    );
    const atMs = performance.now();
    this.host.shown({
      frames: 1,
      captureUs: times.captureUs,
      lagMs: atMs - times.arrivedMs,
      atMs,
    });
  }
}
