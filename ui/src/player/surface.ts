// A surface is one way of delivery at work: it takes what the server sends and owns the element
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
  pending(units: number): void; // fed and not come out yet
  needKey(): void;
  // This way does not work here. passing: it may work another time, so it is not remembered.
  failed(reason: string, passing?: boolean): void;
}

export interface Surface {
  readonly delivery: Delivery;
  readonly rendition: Rendition;
  readonly element: HTMLVideoElement | HTMLCanvasElement;
  // Init segment, chunk or JPEG. Chunks come in order and begin with a key after every gap.
  take(media: Media): void;
  pause(): void; // nothing comes for a while; the last picture stays
  destroy(): void;
}

export function makeVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.disableRemotePlayback = true;
  video.disablePictureInPicture = true;
  // Attributes too: some browsers look at nothing else.
  for (const name of ['muted', 'playsinline', 'disableremoteplayback'])
    video.setAttribute(name, '');
  return video;
}

// Browsers that save power refuse to play without a tap; a canvas needs no leave.
export function play(video: HTMLVideoElement, refused: () => void): void {
  video.play().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'NotAllowedError') refused();
  });
}
