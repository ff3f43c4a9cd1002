import { describe, expect, it } from 'vitest';
import type { ArchiveFilter, Item, Page } from '../src/live/rest';
import { Frames, type Steppable } from '../src/page/archive/frames';
import { dayAfter, Items, type Source } from '../src/page/archive/items';
import { boxIn, layOut, sizesFor, stepFrom, topOf, visibleIn } from '../src/page/archive/layout';
import { firstWeekday, monthBeside, weeksOf } from '../src/page/archive/month';
import { clock } from '../src/page/i18n';
import { recordedFor } from '../src/page/parts/recorded';

const days = [
  { date: '2026-11-30', count: 7 },
  { date: '2026-11-28', count: 2 },
  { date: '2026-11-27', count: 9 },
];
const sizes = { columns: 3, cellWidth: 100, cellHeight: 75, gap: 5, heading: 40, after: 20 };
const grid = layOut(days, sizes);

describe('layout', () => {
  it('fills the width', () => {
    for (const width of [320, 390, 800, 1366, 2560]) {
      const { columns, cellWidth, gap } = sizesFor(width);
      expect(columns * cellWidth + (columns - 1) * gap).toBeCloseTo(width);
      expect(columns).toBeGreaterThanOrEqual(2);
    }
  });

  it('puts days below one another', () => {
    expect(grid.days.map(({ first, top, height }) => [first, top, height])).toEqual([
      [0, 0, 280],
      [7, 300, 120],
      [9, 440, 280],
    ]);
    expect([grid.count, grid.height]).toEqual([18, 740]);
    expect(boxIn(sizes, 4)).toEqual({ left: 105, top: 120 });
    expect(topOf(grid, 10)).toBe(480);
  });

  it.each([
    [0, 100, [[0, 3]]],
    [
      150,
      350,
      [
        [3, 7],
        [7, 9],
      ],
    ],
    [500, 560, [[9, 15]]],
    [700, 2000, [[15, 18]]],
    [3000, 4000, [[18, 18]]],
  ])('of a window from %i to %i, what is in it is drawn', (top, bottom, expected) => {
    expect(visibleIn(grid, top, bottom).map(({ first, last }) => [first, last])).toEqual(expected);
  });

  it('draws as much of a million as of a few', () => {
    const large = layOut([{ date: '2026-11-30', count: 1_000_000 }], sizesFor(1366));
    const [{ first, last } = { first: 0, last: 0 }] = visibleIn(large, 1e7, 1e7 + 2000);
    expect(last - first).toBeLessThan(120);
    expect(last - first).toBeGreaterThan(60);
  });

  it.each([
    [0, 'ArrowLeft', 0],
    [0, 'ArrowRight', 1],
    [6, 'ArrowRight', 7],
    [1, 'ArrowDown', 4],
    [4, 'ArrowDown', 6], // the last row is shorter
    [6, 'ArrowDown', 7],
    [8, 'ArrowUp', 6],
    [11, 'ArrowUp', 8],
    [9, 'ArrowUp', 7],
    [12, 'PageUp', 9],
    [0, 'PageDown', 6],
    [17, 'ArrowDown', 17],
    [17, 'ArrowRight', 17],
    [5, 'Home', 0],
    [5, 'End', 17],
    [5, 'a', null],
  ])('from %i, %s leads to %s', (index, key, to) => {
    expect(stepFrom(grid, index, key, 2)).toBe(to);
  });
});

const EVERYTHING = { camera: '', kind: '', reason: '', starred: false, from: '', to: '' };

// An archive with so many photos on each day; it counts what it is asked.
class Shelf implements Source {
  asked: string[] = [];
  fails = false;
  constructor(readonly counts: Record<string, number>) {}
  async archive(filter: Partial<ArchiveFilter> & { limit?: number; cursor?: string | null }) {
    if (this.fails) throw new Error('broken');
    const date = filter.from ?? '';
    const begin = Number(filter.cursor || 0);
    this.asked.push(`${date}..${filter.to} ${begin}`);
    const count = this.counts[date] ?? 0;
    const end = Math.min(count, begin + (filter.limit ?? 100));
    const items = Array.from(
      { length: end - begin },
      (_, n) => ({ id: `${date}/${begin + n}`, starred: false }) as Item,
    );
    return { items, next: end < count ? String(end) : null } as Page;
  }
  async archiveDays(filter: Partial<ArchiveFilter>) {
    if (this.fails) throw new Error('broken');
    if (this.narrowed && !filter.camera) throw Object.assign(new Error(), { code: 'not-found' });
    return { ...this.counts };
  }
  narrowed = false;
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

function archive(counts: Record<string, number>) {
  const shelf = new Shelf(counts);
  let changes = 0;
  const items = new Items(
    shelf,
    EVERYTHING,
    () => ['porch', 'yard'],
    () => changes++,
  );
  return { shelf, items, changed: () => changes };
}

describe('Items', () => {
  it('fetches what is looked at, a day from its newest on', async () => {
    const { shelf, items } = archive({ '2026-11-28': 2, '2026-11-30': 450 });
    await items.refresh();
    expect(items.days.map(({ date }) => date)).toEqual(['2026-11-30', '2026-11-28']);
    expect(items.at(0)).toBeUndefined();
    items.want(0, 30);
    await settle();
    expect(items.at(0)?.id).toBe('2026-11-30/0');
    expect(items.at(450)).toBeUndefined();
    items.want(300, 452);
    await settle();
    expect(items.at(449)?.id).toBe('2026-11-30/449');
    expect(items.at(451)?.id).toBe('2026-11-28/1');
    expect(items.indexOf('2026-11-28/1')).toBe(451);
    items.want(0, 452);
    await settle();
    expect(shelf.asked).toEqual([
      '2026-11-30..2026-12-01 0',
      '2026-11-30..2026-12-01 200',
      '2026-11-28..2026-11-29 0',
      '2026-11-30..2026-12-01 400',
    ]);
  });

  it('sees what is new, and reads only that day again', async () => {
    const { shelf, items } = archive({ '2026-11-28': 2, '2026-11-30': 3 });
    await items.refresh();
    items.want(0, 5);
    await settle();
    shelf.asked = [];
    shelf.counts['2026-11-30'] = 4;
    await items.refresh();
    await settle();
    expect(shelf.asked).toEqual(['2026-11-30..2026-12-01 0']);
    expect(items.at(3)?.id).toBe('2026-11-30/3');
  });

  it('drops and changes', async () => {
    const { items } = archive({ '2026-11-28': 1, '2026-11-30': 2 });
    await items.refresh();
    items.want(0, 3);
    await settle();
    items.change({ ...(items.at(1) as Item), starred: true });
    expect(items.at(1)?.starred).toBe(true);
    items.drop('2026-11-28/0');
    items.drop('2026-11-30/0');
    expect(items.days).toEqual([{ date: '2026-11-30', count: 1 }]);
    expect(items.at(0)?.id).toBe('2026-11-30/1');
  });

  it('who may see some cameras only, asks about each', async () => {
    const { shelf, items } = archive({ '2026-11-30': 2 });
    shelf.narrowed = true;
    await items.refresh();
    expect(items.days).toEqual([{ date: '2026-11-30', count: 4 }]);
    items.want(0, 4); // the list leaves out what may not be seen
    await settle();
    expect(items.days).toEqual([{ date: '2026-11-30', count: 2 }]);
  });

  it('a failure is told, and tried again with the next refresh only', async () => {
    const { shelf, items, changed } = archive({ '2026-11-30': 2 });
    await items.refresh();
    shelf.fails = true;
    items.want(0, 2);
    await settle();
    expect(items.problem).toEqual(new Error('broken'));
    const before = changed();
    items.want(0, 2);
    await settle();
    expect(changed()).toBe(before);
    shelf.fails = false;
    await items.refresh();
    items.want(0, 2);
    await settle();
    expect(items.at(0)?.id).toBe('2026-11-30/0');
    expect(items.problem).toBeNull();
  });

  it.each([
    ['2026-11-30', '2026-12-01'],
    ['2026-12-31', '2027-01-01'],
    ['2028-02-28', '2028-02-29'],
  ])('after %s comes %s', (date, next) => expect(dayAfter(date)).toBe(next));
});

// A video whose pictures begin at these times; a seek shows the one that is current then.
class Video implements Steppable {
  duration = 10;
  shown = 0;
  seeks = 0;
  private told: ((now: number, frame: { mediaTime: number }) => void) | null = null;
  constructor(private readonly frames: number[]) {}
  pause(): void {}
  get currentTime(): number {
    return this.shown;
  }
  set currentTime(to: number) {
    this.seeks++;
    this.shown = Math.max(0, ...this.frames.filter((begin) => begin <= to));
    queueMicrotask(() => {
      const told = this.told;
      this.told = null;
      told?.(0, { mediaTime: this.shown });
    });
  }
  requestVideoFrameCallback(told: (now: number, frame: { mediaTime: number }) => void): number {
    this.told = told;
    return 0;
  }
}

describe('Frames', () => {
  it('steps to each picture, however long it lasts', async () => {
    const times = [0, 0.04, 0.08, 1.2, 1.21, 1.215, 1.5];
    const video = new Video(times);
    const frames = new Frames(video);
    video.currentTime = 0;
    await settle();
    const seen = [video.shown];
    for (let n = 0; n < 6; n++) {
      frames.next();
      await settle();
      seen.push(video.shown);
    }
    expect(seen).toEqual(times);
    const back = [];
    for (let n = 0; n < 6; n++) {
      frames.previous();
      await settle();
      back.push(video.shown);
    }
    expect(back).toEqual([1.215, 1.21, 1.2, 0.08, 0.04, 0]);
  });

  it('gives up at the last picture', async () => {
    const video = new Video([0]);
    const frames = new Frames(video);
    video.currentTime = 0;
    await settle();
    frames.next();
    await settle();
    expect(video.shown).toBe(0);
    expect(video.seeks).toBeLessThan(70);
  });
});

describe('month', () => {
  it('has weeks, from the day that people begin with', () => {
    const weeks = weeksOf('2026-11', 1);
    expect(weeks.map((week) => week.map((date) => date?.slice(8) ?? '').join())).toEqual([
      ',,,,,,01',
      '02,03,04,05,06,07,08',
      '09,10,11,12,13,14,15',
      '16,17,18,19,20,21,22',
      '23,24,25,26,27,28,29',
      '30,,,,,,',
    ]);
    expect(weeksOf('2026-02', 0)).toHaveLength(4);
    expect(firstWeekday('en-US')).toBe(0);
    expect(firstWeekday('de-DE')).toBe(1);
    expect([monthBeside('2026-12', 1), monthBeside('2026-01', -1)]).toEqual(['2027-01', '2025-12']);
  });
});

describe('recordings', () => {
  const why = [{ reason: 'record', rendition: 'h264', count: 1, for_s: 40 }];
  it('last as long as the server said, and on from there', () => {
    const known = { camera: { id: 'porch', why }, heardMs: 1000 };
    expect(recordedFor(known, 3500)).toBe(42.5);
    expect(recordedFor({ ...known, camera: { id: 'porch', why: [] } }, 3500)).toBeNull();
  });

  it.each([
    [42.9, '0:42'],
    [3723, '1:02:03'],
    [Number.NaN, '0:00'],
  ])('%d s are %s', (seconds, text) => expect(clock(seconds)).toBe(text));
});
