import type { EyelidPlayer } from '../player/player';

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'eyelid-player': {
        ref?: { current: EyelidPlayer | null };
        camera: string;
        paused?: boolean;
        fit?: boolean;
      };
    }
  }
}
