// The layout stored by the server, and the cameras in it.
import { computed, effect, signal } from '@preact/signals';
import { rest } from '../server';
import { cameras, connection, remembered } from '../store';
import { nameOf } from '../words';
import { EMPTY, type Layout, layoutOf, ordered, visible } from './layout';

export const layout = signal<Layout>(EMPTY);
export const isKept = signal(false); // the server stores it; an older one does not
export const layoutProblem = signal(''); // why it could not be stored; '' = stored
export const shownGroup = remembered<string | null>('group', null);
export const fitsScreen = remembered('fit', true);
export const arranging = signal(false);
export const focusWanted = signal<string | null>(null); // focus this camera's tile once it exists

const SAVE_AFTER_MS = 400; // a drag is many changes
let timer: ReturnType<typeof setTimeout> | undefined;
let pending = false;

async function load(): Promise<void> {
  if (pending) return;
  try {
    layout.value = layoutOf(await rest.layout());
    isKept.value = true;
  } catch {
    // sort by name until the server answers
  }
}

// Other pages may have changed it while there was no connection.
let wasConnected = false;
effect(() => {
  const isConnected = connection.value.state === 'connected';
  if (isConnected && !wasConnected) void load();
  wasConnected = isConnected;
});

export function arrange(next: Layout): void {
  layout.value = next;
  pending = true;
  clearTimeout(timer);
  timer = setTimeout(() => {
    pending = false;
    rest.keepLayout(next).then(
      () => {
        layoutProblem.value = '';
      },
      (problem: unknown) => {
        layoutProblem.value = problem instanceof Error ? problem.message : String(problem);
      },
    );
  }, SAVE_AFTER_MS);
}

const adopted = computed(() =>
  [...cameras.value.values()]
    .filter(({ camera }) => camera.adopted !== false)
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true }))
    .map(({ camera }) => camera.id),
);

const same = (a: string[], b: string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

// Returns the previous list while the content is the same.
function steady(compute: () => string[]) {
  let last: string[] = [];
  return computed(() => {
    const next = compute();
    if (!same(last, next)) last = next;
    return last;
  });
}

export const allIds = steady(() => ordered(layout.value, adopted.value));
export const wallIds = steady(() =>
  arranging.value ? allIds.value : visible(layout.value, adopted.value, shownGroup.value),
);
export const foundIds = steady(() =>
  [...cameras.value.values()]
    .filter(({ camera }) => camera.adopted === false)
    .map(({ camera }) => camera.id),
);
