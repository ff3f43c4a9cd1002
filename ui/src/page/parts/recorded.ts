// The duration of a camera's current recording.
import type { KnownCamera } from '../../live/live';

// In seconds; null: it is not recorded.
export function recordedFor(
  { camera, heardMs }: KnownCamera,
  nowMs = performance.now(),
): number | null {
  if (camera.state === 'offline') return null;
  const why = camera.why?.find(({ reason }) => reason === 'record');
  return why ? why.for_s + (nowMs - heardMs) / 1000 : null;
}
