// A surface is one way of delivery in use: it takes the media from the server and owns the element
// that shows it.
import type { Media, Rendition } from '../live/protocol';
import type { Delivery } from './ladder';

export interface Shown {
  frames: number; // shown since the last report
  captureUs: number | null; // of the newest of them
  lagMs: number; // from its arrival to the screen
  atMs: number; // performance.now() when it was shown
}

export interface SurfaceHost {
  shown(shown: Shown): void;
  pending(units: number): void; // given to the decoder and not shown yet
  needKey(): void;
  // This way does not work here. passing: perhaps only now, so this is not remembered.
  failed(reason: string, passing?: boolean): void;
}

export interface Surface {
  readonly delivery: Delivery;
  readonly rendition: Rendition;
  readonly element: HTMLVideoElement | HTMLCanvasElement;
  // Init segment, chunk or JPEG. Chunks come in order and begin with a key after every gap.
  take(media: Media): void;
  pause(): void; // no media for a while; the last picture stays
  destroy(): void;
}

export function makeVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.disableRemotePlayback = true;
  video.disablePictureInPicture = true;
  // Attributes as well, because some browsers use only those.
  for (const name of ['muted', 'playsinline', 'disableremoteplayback'])
    video.setAttribute(name, '');
  return video;
}

// In power-saving modes browsers refuse to play without a tap; a canvas needs no permission.
export function play(video: HTMLVideoElement, refused: () => void): void {
  video.play().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'NotAllowedError') refused();
  });
}
