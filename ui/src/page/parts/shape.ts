// The shapes of the cameras' pictures, remembered: the wall is laid out before the first one comes.
import type { Camera } from '../../live/protocol';
import { remembered } from '../store';

const KEEP = 200;
const shapes = remembered<Record<string, number>>('shapes', {});

export function remember(id: string, width: number, height: number): void {
  if (!(width > 0 && height > 0)) return;
  const ratio = Math.round((1000 * width) / height) / 1000;
  if (shapes.value[id] === ratio) return;
  const entries = Object.entries({ ...shapes.value, [id]: ratio });
  shapes.value = Object.fromEntries(entries.slice(-KEEP));
}

// Width by height; a camera that was never seen is taken for 4:3.
export function ratioOf({ id, width, height }: Camera): number {
  return width && height ? width / height : (shapes.value[id] ?? 4 / 3);
}
