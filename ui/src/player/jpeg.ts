// JPEGs decoded by the browser and drawn on a canvas: works everywhere, with 20 times the bit rate.
import { Kind, type Media, unit } from '../live/protocol';
import type { Surface, SurfaceHost } from './surface';

const BROKEN_MAX = 10; // in a row

export class JpegSurface implements Surface {
  readonly delivery = 'jpeg';
  readonly rendition = 'jpeg';
  readonly element = document.createElement('canvas');
  private readonly context = this.element.getContext('2d', { alpha: false });
  private waiting: Media | null = null; // the newest wins
  private decoding = false;
  private drawn: { bitmap: ImageBitmap; media: Media } | null = null;
  private asked = false;
  private broken = 0;
  private gone = false;

  constructor(private readonly host: SurfaceHost) {}

  take(media: Media): void {
    if (media.kind !== Kind.Jpeg) return;
    this.waiting = media;
    if (!this.decoding) void this.decode();
  }

  pause(): void {
    this.waiting = null;
  }

  destroy(): void {
    this.gone = true;
    this.waiting = null;
    this.drawn?.bitmap.close();
    this.drawn = null;
  }

  private async decode(): Promise<void> {
    this.decoding = true;
    while (this.waiting) {
      const media = this.waiting;
      this.waiting = null;
      try {
        this.offer(await createImageBitmap(new Blob([unit(media)], { type: 'image/jpeg' })), media);
        this.broken = 0;
      } catch {
        if (++this.broken === BROKEN_MAX) this.host.failed('jpeg');
      }
    }
    this.decoding = false;
  }

  private offer(bitmap: ImageBitmap, media: Media): void {
    this.drawn?.bitmap.close();
    this.drawn = null;
    if (this.gone) {
      bitmap.close();
      return;
    }
    this.drawn = { bitmap, media };
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
    if (!this.drawn) return;
    const { bitmap, media } = this.drawn;
    this.drawn = null;
    const canvas = this.element;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    this.context?.drawImage(bitmap, 0, 0);
    bitmap.close();
    const atMs = performance.now();
    const lagMs = atMs - media.arrivedMs;
    this.host.shown({ frames: 1, captureUs: media.captureUs, lagMs, atMs });
  }
}
