// Layout of the wall's tiles. Pure: aspect ratios (width / height) and a window in, rectangles out.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Area {
  width: number;
  height: number;
  gap: number;
}

export interface Arrangement {
  boxes: Box[]; // in the order of the ratios
  height: number; // of the whole; larger than the area's if it scrolls
}

// A stack is up to this many tiles of the same width above each other; a row is stacks of the same
// height next to each other; the wall is rows. Tiles keep their order.
const STACK_MAX = 3;
const ROW_MAX = 10;
const EVEN = 0.6; // 2: the largest total area; towards 0: all the same size
const BUCKETS = 96; // resolution of heights: this fraction of the window's
const TALLEST = 4; // in windows; taller walls are not considered
export const FIT_MAX = 24; // tiles; more are scrolled
const SMALLEST_WIDTH = 132; // px: a name still fits

interface Row {
  stacks: number[]; // how many tiles are in each
  height: number; // as a part of its width
  worth: number; // sum of side^EVEN of the tiles at width 1: large and even tiles score best
}

interface Path {
  height: number;
  worth: number;
  from: Path | null;
  row: Row | null;
}

function rowOf(ratios: number[], first: number, stacks: number[]): Row {
  let ratio = 0;
  let at = first;
  const widths: number[] = []; // at height 1
  for (const count of stacks) {
    let tall = 0;
    for (let i = 0; i < count; i++) tall += 1 / (ratios[at++] as number);
    widths.push(1 / tall);
    ratio += 1 / tall;
  }
  at = first;
  let worth = 0;
  stacks.forEach((count, s) => {
    for (let i = 0; i < count; i++) {
      const width = (widths[s] as number) / ratio;
      worth += (width / Math.sqrt(ratios[at++] as number)) ** EVEN;
    }
  });
  return { stacks, height: 1 / ratio, worth };
}

// The rows of tiles first…end-1; of equally high ones, the one with the largest tiles.
function rowsOf(ratios: number[], first: number, end: number, bucket: number): Row[] {
  const best = new Map<number, Row>();
  const visit = (left: number, stacks: number[]): void => {
    if (left === 0) {
      const row = rowOf(ratios, first, stacks);
      const key = Math.round(row.height / bucket);
      if (row.worth > (best.get(key)?.worth ?? 0)) best.set(key, row);
      return;
    }
    for (let count = 1; count <= Math.min(STACK_MAX, left); count++)
      visit(left - count, [...stacks, count]);
  };
  visit(end - first, []);
  return [...best.values()];
}

// For each number of tiles, the best paths of rows that reach it, by height.
function paths(ratios: number[], tall: number): Path[] {
  const bucket = tall / BUCKETS;
  const reached: Map<number, Path>[] = ratios.map(() => new Map());
  reached.push(new Map());
  reached[0]?.set(0, { height: 0, worth: 0, from: null, row: null });
  for (let first = 0; first < ratios.length; first++) {
    const here = [...(reached[first]?.values() ?? [])];
    for (let end = first + 1; end <= Math.min(ratios.length, first + ROW_MAX); end++) {
      const there = reached[end] as Map<number, Path>;
      for (const row of rowsOf(ratios, first, end, bucket))
        for (const from of here) {
          const height = from.height + row.height;
          if (height > tall * TALLEST) continue;
          const key = Math.round(height / bucket);
          const worth = from.worth + row.worth;
          if (worth > (there.get(key)?.worth ?? 0)) there.set(key, { height, worth, from, row });
        }
    }
  }
  return [...(reached[ratios.length]?.values() ?? [])];
}

function place(ratios: number[], rows: Row[], at: Box, gap: number): Box[] {
  const boxes: Box[] = [];
  let { y } = at;
  for (const row of rows) {
    const height = row.height * at.width;
    let { x } = at;
    for (const count of row.stacks) {
      const mine = ratios.slice(boxes.length, boxes.length + count);
      const tall = mine.reduce((sum, ratio) => sum + 1 / ratio, 0);
      const width = height / tall;
      let top = y;
      for (const ratio of mine) {
        boxes.push({
          x: x + gap / 2,
          y: top + gap / 2,
          width: width - gap,
          height: width / ratio - gap,
        });
        top += width / ratio;
      }
      x += width;
    }
    y += height;
  }
  return boxes;
}

// Everything on one screen, as large and even as possible; null if tiles would be too small.
export function fitted(ratios: number[], area: Area): Arrangement | null {
  if (ratios.length === 0 || ratios.length > FIT_MAX) return null;
  const { gap } = area;
  const full = { width: area.width + gap, height: area.height + gap }; // no gap at the edges
  if (full.width <= gap || full.height <= gap) return null;
  const tall = full.height / full.width;
  let best: Path | null = null;
  let bestWorth = 0;
  for (const path of paths(ratios, tall)) {
    const worth = path.worth * Math.min(1, tall / path.height) ** EVEN;
    if (worth > bestWorth) {
      best = path;
      bestWorth = worth;
    }
  }
  if (!best) return null;
  const rows: Row[] = [];
  for (let path: Path | null = best; path?.row; path = path.from) rows.unshift(path.row);
  const width = full.width * Math.min(1, tall / best.height);
  const height = best.height * width;
  const at = { x: (full.width - width) / 2 - gap / 2, y: (full.height - height) / 2 - gap / 2 };
  const boxes = place(ratios, rows, { ...at, width, height }, gap);
  if (ratios.length > 2 && boxes.some((box) => box.width < SMALLEST_WIDTH)) return null;
  return { boxes, height: area.height };
}

// Full rows of about the same height, which scroll.
export function scrolled(ratios: number[], area: Area): Arrangement {
  const { gap } = area;
  const width = area.width + gap;
  const target = Math.min(340, Math.max(170, area.width / 4.5));
  const rows: Row[] = [];
  for (let first = 0; first < ratios.length; ) {
    let ratio = ratios[first] as number;
    let end = first + 1;
    for (; end < ratios.length; end++) {
      const wider = ratio + (ratios[end] as number);
      // One more if that brings the row closer to the wanted height.
      if (Math.abs(width / wider - target) > Math.abs(width / ratio - target)) break;
      ratio = wider;
    }
    const isShort = end === ratios.length && width / ratio > target * 1.4 && rows.length > 0;
    const height = isShort ? (rows[rows.length - 1]?.height ?? 1 / ratio) : 1 / ratio;
    rows.push({ stacks: Array(end - first).fill(1), height, worth: 0 });
    first = end;
  }
  const height = rows.reduce((sum, row) => sum + row.height * width, 0);
  const at = { x: -gap / 2, y: -gap / 2, width, height };
  return { boxes: place(ratios, rows, at, gap), height: height - gap };
}
