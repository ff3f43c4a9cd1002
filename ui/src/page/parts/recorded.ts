// How long a camera has been recorded by now.
import type { KnownCamera } from '../../live/live';

// In seconds; null: it is not.
export function recordedFor(
  { camera, heardMs }: KnownCamera,
  nowMs = performance.now(),
): number | null {
  if (camera.state === 'offline') return null;
  const why = camera.why?.find(({ reason }) => reason === 'record');
  return why ? why.for_s + (nowMs - heardMs) / 1000 : null;
}
