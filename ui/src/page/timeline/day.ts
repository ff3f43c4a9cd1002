// The items of one camera on one day, in order; today's are loaded again from time to time.
import { useEffect, useState } from 'preact/hooks';
import type { Item } from '../../live/rest';
import { rest } from '../areas_server';
import type { Range, Span } from './track';

const PAGE = 500;
const PAGES_MAX = 40;
const REFRESH_MS = 10_000;

export interface Kept extends Span {
  item: Item;
}

// The item that is shown instead of the live picture.
export interface Past {
  kept: Kept;
  atMs: number; // a moment within it
}

export const keptOf = (item: Item): Kept => ({
  item,
  id: item.id,
  kind: item.kind,
  startMs: Date.parse(item.start),
  endMs: Date.parse(item.end),
});

const iso = (ms: number): string => new Date(ms).toISOString();

export async function itemsOf(camera: string, { fromMs, toMs }: Range): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = '';
  for (let page = 0; cursor !== null && page < PAGES_MAX; page++) {
    const next = await rest.archive({
      camera,
      from: iso(fromMs),
      to: iso(toMs),
      limit: PAGE,
      cursor,
    });
    items.push(...next.items);
    cursor = next.next;
  }
  return items.reverse();
}

// null: not loaded yet.
export function useDay(camera: string, day: Range): { kept: Kept[] | null; reload(): void } {
  const [kept, setKept] = useState<Kept[] | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => setKept(null), [camera, day.fromMs]);
  useEffect(() => {
    let gone = false;
    let newestMs = day.fromMs;
    const load = async (fromMs: number): Promise<void> => {
      try {
        const fresh = (await itemsOf(camera, { fromMs, toMs: day.toMs }))
          .filter(({ kind }) => kind !== 'film')
          .map(keptOf);
        if (gone) return;
        newestMs = fresh[fresh.length - 1]?.startMs ?? newestMs;
        setKept((before) => {
          const older = fromMs === day.fromMs ? [] : (before ?? []);
          if (fresh.length === 0) return before ?? [];
          const ids = new Set(fresh.map(({ id }) => id));
          return [...older.filter(({ id }) => !ids.has(id)), ...fresh].sort(
            (a, b) => a.startMs - b.startMs,
          );
        });
      } catch {
        if (!gone) setKept((before) => before ?? []); // a lost connection is shown elsewhere
      }
    };
    void load(day.fromMs);
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && Date.now() < day.toMs + REFRESH_MS)
        void load(Math.max(day.fromMs, newestMs - 3_600_000)); // a clip appears when it ends
    }, REFRESH_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [camera, day.fromMs, asked]);
  return { kept, reload: () => setAsked((n) => n + 1) };
}
