// The page's state as signals: a component is rendered again only when a signal it reads changes.
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { KnownCamera } from '../live/live';
import { live } from '../live/shared';

export const connection = signal(live.connection);
export const heard = signal(live.heard); // the list of cameras is complete
export const cameras = signal<ReadonlyMap<string, KnownCamera>>(live.cameras);

live.subscribe(() =>
  batch(() => {
    connection.value = live.connection;
    heard.value = live.heard;
    cameras.value = live.cameras;
  }),
);

const one = new Map<string, ReadonlySignal<KnownCamera | undefined>>();

export function cameraOf(id: string): ReadonlySignal<KnownCamera | undefined> {
  let found = one.get(id);
  if (!found) {
    found = computed(() => cameras.value.get(id));
    one.set(id, found);
  }
  return found;
}

// Counts up while a component reads it.
function ticking(everyMs: number) {
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = signal(0, {
    watched: () => {
      timer = setInterval(() => tick.value++, everyMs);
    },
    unwatched: () => clearInterval(timer),
  });
  return tick;
}

export const second = ticking(1000);
export const tenSeconds = ticking(10_000);

// A choice that this browser remembers; without storage it lasts as long as the page.
export function remembered<T>(key: string, first: T, storage: () => Storage = () => localStorage) {
  const name = `eyelid.${key}`;
  const read = (): T => {
    try {
      const text = storage().getItem(name);
      return text === null ? first : (JSON.parse(text) as T);
    } catch {
      return first;
    }
  };
  const chosen = signal<T>(read());
  return {
    get value(): T {
      return chosen.value;
    },
    set value(next: T) {
      chosen.value = next;
      try {
        storage().setItem(name, JSON.stringify(next));
      } catch {
        // private mode, or full
      }
    },
  };
}

export const paused = remembered('paused', false, () => sessionStorage);
export const figuresShown = remembered('figures', false);
