// Messages between the page and the decode worker, which serves every player of the page.
import type { Media } from '../live/protocol';

export type ToWorker =
  | { type: 'open'; id: number; canvas: OffscreenCanvas }
  | { type: 'media'; id: number; media: Media }
  | { type: 'pause'; id: number }
  | { type: 'close'; id: number };

// Times are milliseconds since 1970 (timeOrigin + now): the two sides count now() from different
// origins.
export type FromWorker =
  | {
      type: 'shown';
      id: number;
      frames: number;
      captureUs: number;
      lagMs: number;
      atWallMs: number;
    }
  | { type: 'pending'; id: number; units: number }
  | { type: 'need-key'; id: number }
  | { type: 'failed'; id: number; reason: string };
