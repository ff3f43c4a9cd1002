// A ring around the pictures of cameras in which something happens.
import { signal } from '@preact/signals';
import { live } from '../../live/shared';
import { cameras, heard } from '../store';

const RING_MS = 4000;
const ends = new Map<string, ReturnType<typeof setTimeout>>();
export const ringing = signal<ReadonlySet<string>>(new Set());

export function ring(camera: string): void {
  ringing.value = new Set(ringing.value).add(camera);
  clearTimeout(ends.get(camera)); // a second ring lasts as long as the first
  ends.set(
    camera,
    setTimeout(() => {
      const left = new Set(ringing.value);
      left.delete(camera);
      ringing.value = left;
    }, RING_MS),
  );
}

// Cameras with movement, as reported to this page.
export const moving = signal<ReadonlySet<string>>(new Set());
live.onMotion(({ camera, state }) => {
  const now = new Set(moving.value);
  if (state === 'began') now.add(camera);
  else now.delete(camera);
  moving.value = now;
  if (state === 'began') ring(camera);
});
heard.subscribe((isHeard) => {
  if (!isHeard) moving.value = new Set(); // ends are not reported without a connection
});

// Caused by others: someone woke the camera while it was paused here, or takes a photo.
let before = cameras.peek();
cameras.subscribe((now) => {
  for (const [id, { camera }] of now) {
    const last = before.get(id)?.camera;
    if (!last || last === camera) continue;
    // News may leave out a state that lasted for less than 50 ms.
    const wokeUp =
      last.state === 'asleep' && camera.state !== 'asleep' && camera.state !== 'offline';
    const reasons = (why: typeof camera.why) => new Set(why?.map(({ reason }) => reason));
    const has = reasons(camera.why);
    const had = reasons(last.why);
    if ((wokeUp && !has.has('viewer')) || (has.has('snapshot') && !had.has('snapshot'))) ring(id);
  }
  before = now;
});
