// The archive's items for a filter: the number per day, and the items that have been needed so far.
// Days are loaded from their newest item on.
import type { ArchiveFilter, Item, Page } from '../../live/rest';
import type { DayCount } from './layout';

export interface Source {
  archive(filter: ArchiveFilter & { limit?: number; cursor?: string | null }): Promise<Page>;
  archiveDays(filter: ArchiveFilter): Promise<Record<string, number>>;
}

const PAGE = 200;

interface Loaded {
  items: Item[];
  next: string | null; // null: all are loaded
  wanted: number; // load at least this number
  isLoading: boolean;
  isStale: boolean;
  hasFailed: boolean; // not tried again before the next refresh
}

// The day after "2026-11-30".
export function dayAfter(date: string): string {
  const next = new Date(`${date}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

export class Items {
  days: DayCount[] = []; // newest first
  isKnown = false; // the days are loaded
  problem: unknown = null;
  private readonly loaded = new Map<string, Loaded>();
  private isClosed = false;

  constructor(
    private readonly source: Source,
    readonly filter: ArchiveFilter,
    private readonly cameras: () => string[], // to be requested one by one
    private readonly changed: () => void,
  ) {}

  close(): void {
    this.isClosed = true;
  }

  // Refreshes the numbers. A day whose number has changed is loaded again if it was needed before.
  async refresh(): Promise<void> {
    try {
      const counts = await this.countDays();
      if (this.isClosed) return;
      const before = new Map(this.days.map(({ date, count }) => [date, count]));
      this.days = Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([date, count]) => ({ date, count }))
        .sort((a, b) => (a.date < b.date ? 1 : -1));
      for (const loaded of this.loaded.values()) loaded.hasFailed = false;
      for (const { date, count } of this.days) {
        const loaded = this.loaded.get(date);
        if (!loaded || before.get(date) === count) continue;
        loaded.isStale = true;
        void this.load(date, loaded);
      }
      this.isKnown = true;
      this.problem = null;
    } catch (problem) {
      if (this.isClosed) return;
      this.problem = problem;
    }
    this.changed();
  }

  // The item at an index among all; undefined: not loaded yet.
  at(index: number): Item | undefined {
    const [day, at] = this.find(index);
    return day && this.loaded.get(day.date)?.items[at];
  }

  indexOf(id: string): number {
    let first = 0;
    for (const { date, count } of this.days) {
      const at = this.loaded.get(date)?.items.findIndex((item) => item.id === id) ?? -1;
      if (at >= 0) return first + at;
      first += count;
    }
    return -1;
  }

  // Loads the missing items of [first, last).
  want(first: number, last: number): void {
    let begin = 0;
    for (const { date, count } of this.days) {
      const until = Math.min(count, last - begin);
      if (first < begin + count && until > 0) {
        const loaded = this.loaded.get(date) ?? {
          items: [],
          next: '',
          wanted: 0,
          isLoading: false,
          isStale: false,
          hasFailed: false,
        };
        this.loaded.set(date, loaded);
        loaded.wanted = Math.max(loaded.wanted, until);
        void this.load(date, loaded);
      }
      begin += count;
      if (begin >= last) return;
    }
  }

  change(item: Item): void {
    for (const { items } of this.loaded.values()) {
      const at = items.findIndex(({ id }) => id === item.id);
      if (at >= 0) items[at] = item;
    }
    this.changed();
  }

  drop(id: string): void {
    for (const day of this.days) {
      const items = this.loaded.get(day.date)?.items;
      const at = items?.findIndex((item) => item.id === id) ?? -1;
      if (!items || at < 0) continue;
      items.splice(at, 1);
      day.count--;
    }
    this.days = this.days.filter(({ count }) => count > 0);
    this.changed();
  }

  private find(index: number): [DayCount | undefined, number] {
    let at = index;
    for (const day of this.days) {
      if (at < day.count) return [day, at];
      at -= day.count;
    }
    return [undefined, 0];
  }

  // Only users who may see every camera can request all at once.
  private async countDays(): Promise<Record<string, number>> {
    try {
      return await this.source.archiveDays(this.filter);
    } catch (problem) {
      const isRefused = ['not-found', 'not-allowed'].includes((problem as { code: string }).code);
      if (this.filter.camera || !isRefused) throw problem;
    }
    const sums: Record<string, number> = {};
    for (const camera of this.cameras()) {
      const counts = await this.source.archiveDays({ ...this.filter, camera });
      for (const [date, count] of Object.entries(counts)) sums[date] = (sums[date] ?? 0) + count;
    }
    return sums;
  }

  // Loads the items of a day as far as they are wanted. Old ones are shown until then.
  private async load(date: string, loaded: Loaded): Promise<void> {
    if (loaded.isLoading || loaded.hasFailed) return;
    loaded.isLoading = true;
    try {
      while (loaded.isStale || (loaded.next !== null && loaded.items.length < loaded.wanted)) {
        const isAgain = loaded.isStale;
        loaded.isStale = false;
        let items = isAgain ? [] : loaded.items;
        let cursor: string | null = isAgain ? '' : loaded.next;
        do {
          const page = await this.page(date, cursor);
          if (this.isClosed) return;
          items = [...items, ...page.items];
          cursor = page.next;
        } while (isAgain && cursor !== null && items.length < loaded.wanted);
        loaded.items = items;
        loaded.next = cursor;
        if (cursor === null) this.correct(date, items.length);
        this.changed();
      }
      this.problem = null;
    } catch (problem) {
      if (this.isClosed) return;
      this.problem = problem;
      loaded.hasFailed = true;
      this.changed();
    } finally {
      loaded.isLoading = false;
    }
  }

  private page(date: string, cursor: string | null): Promise<Page> {
    const { from, to } = this.filter;
    const end = dayAfter(date);
    return this.source.archive({
      ...this.filter,
      from: from && from > date ? from : date,
      to: to && to < end ? to : end,
      limit: PAGE,
      cursor,
    });
  }

  // When all items of a day are loaded, their number is exact.
  private correct(date: string, count: number): void {
    const day = this.days.find((other) => other.date === date);
    if (day) day.count = count;
    if (count === 0) this.days = this.days.filter((other) => other !== day);
  }
}
