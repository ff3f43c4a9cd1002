// Positions of the archive's items: days below one another, newest first, each with a heading and rows
// of cells. Only numbers, so that items outside the window cost nothing. Pure.

export interface DayCount {
  date: string; // 2026-11-30, of the server's calendar
  count: number;
}

export interface Sizes {
  columns: number;
  cellWidth: number;
  cellHeight: number;
  gap: number;
  heading: number; // its height, gap included
  after: number; // space after each day
}

export interface Placed extends DayCount {
  first: number; // the index of its newest item among all
  top: number;
  height: number;
}

export interface Grid {
  sizes: Sizes;
  days: Placed[];
  count: number; // of all items
  height: number;
}

export interface Box {
  left: number;
  top: number;
}

// A part of a day to render: items [first, last) of all.
export interface Visible {
  day: Placed;
  first: number;
  last: number;
}

const CELL_PX = 190;
const GAP_PX = 8;

export function sizesFor(width: number): Sizes {
  const columns = Math.max(2, Math.floor((width + GAP_PX) / (CELL_PX + GAP_PX)));
  const cellWidth = Math.max(1, (width - GAP_PX * (columns - 1)) / columns);
  const cellHeight = Math.round((cellWidth * 3) / 4);
  return { columns, cellWidth, cellHeight, gap: GAP_PX, heading: 56, after: 24 };
}

export function layOut(counts: DayCount[], sizes: Sizes): Grid {
  const days: Placed[] = [];
  let first = 0;
  let top = 0;
  for (const day of counts) {
    const rows = Math.ceil(day.count / sizes.columns);
    const height = sizes.heading + rows * (sizes.cellHeight + sizes.gap);
    days.push({ ...day, first, top, height });
    first += day.count;
    top += height + sizes.after;
  }
  return { sizes, days, count: first, height: top };
}

// The last day whose key is not above the value.
function dayAt(grid: Grid, key: 'first' | 'top', value: number): Placed | undefined {
  let low = 0;
  let high = grid.days.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((grid.days[middle]?.[key] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return grid.days[low];
}

export const dayOf = (grid: Grid, index: number): Placed | undefined =>
  index < 0 || index >= grid.count ? undefined : dayAt(grid, 'first', index);

// Position of a cell from the top left of its day.
export function boxIn({ columns, cellWidth, cellHeight, gap, heading }: Sizes, at: number): Box {
  return {
    left: (at % columns) * (cellWidth + gap),
    top: heading + Math.floor(at / columns) * (cellHeight + gap),
  };
}

// Position of a cell from the top of the archive.
export function topOf(grid: Grid, index: number): number {
  const day = dayOf(grid, index);
  return day ? day.top + boxIn(grid.sizes, index - day.first).top : 0;
}

export function visibleIn(grid: Grid, top: number, bottom: number): Visible[] {
  const { columns, cellHeight, gap, heading } = grid.sizes;
  const start = dayAt(grid, 'top', top);
  const found: Visible[] = [];
  for (let at = start ? grid.days.indexOf(start) : grid.days.length; at < grid.days.length; at++) {
    const day = grid.days[at] as Placed;
    if (day.top >= bottom) break;
    const row = (y: number): number => Math.floor((y - day.top - heading) / (cellHeight + gap));
    const from = Math.max(0, row(top)) * columns;
    const until = Math.max(0, row(bottom) + 1) * columns;
    found.push({
      day,
      first: day.first + Math.min(day.count, from),
      last: day.first + Math.min(day.count, until),
    });
  }
  return found;
}

// The cell to which a key moves from a cell; null: none, or another key.
export function stepFrom(grid: Grid, index: number, key: string, pageRows: number): number | null {
  const day = dayOf(grid, index);
  if (!day) return null;
  const { columns } = grid.sizes;
  const clamp = (to: number): number => Math.min(grid.count - 1, Math.max(0, to));
  const rows = (by: number): number => {
    const at = index - day.first;
    const to = at + by * columns;
    if (to >= 0 && to < day.count) return day.first + to;
    const column = at % columns;
    if (by < 0) {
      if (at >= columns) return day.first + column; // a page up, within the day
      const before = dayOf(grid, day.first - 1);
      if (!before) return index;
      const last = before.count - 1;
      return before.first + Math.min(last, last - (last % columns) + column);
    }
    const lastRow = Math.floor((day.count - 1) / columns);
    if (Math.floor(at / columns) < lastRow) return day.first + day.count - 1;
    const after = dayOf(grid, day.first + day.count);
    return after ? after.first + Math.min(after.count - 1, column) : index;
  };
  switch (key) {
    case 'ArrowLeft':
      return clamp(index - 1);
    case 'ArrowRight':
      return clamp(index + 1);
    case 'ArrowUp':
      return rows(-1);
    case 'ArrowDown':
      return rows(1);
    case 'PageUp':
      return rows(-pageRows);
    case 'PageDown':
      return rows(pageRows);
    case 'Home':
      return 0;
    case 'End':
      return clamp(grid.count - 1);
    default:
      return null;
  }
}
