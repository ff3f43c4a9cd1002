// The cameras' aspect ratios, remembered so that the wall can be laid out before pictures arrive.
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

// Width by height; 4:3 for a camera without a picture so far.
export function ratioOf({ id, width, height }: Camera): number {
  return width && height ? width / height : (shapes.value[id] ?? 4 / 3);
}
