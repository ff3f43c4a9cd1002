// A day of one camera's archive as a line: positions of its items, and the item at a position. Pure.

export interface Span {
  id: string;
  kind: 'photo' | 'clip' | 'film';
  startMs: number;
  endMs: number; // startMs for a photo
}

export interface Range {
  fromMs: number;
  toMs: number;
}

export const DAY_MS = 86_400_000;
const CLOSEST_MS = 5 * 60_000;

// The day of a moment in this browser's time zone. It may have 23 or 25 hours.
export function dayAround(ms: number, by = 0): Range {
  const from = new Date(ms);
  from.setHours(0, 0, 0, 0);
  from.setDate(from.getDate() + by);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  return { fromMs: from.getTime(), toMs: to.getTime() };
}

export const xOf = ({ fromMs, toMs }: Range, ms: number, width: number): number =>
  ((ms - fromMs) / (toMs - fromMs)) * width;

export const msAt = ({ fromMs, toMs }: Range, x: number, width: number): number =>
  fromMs + (width > 0 ? Math.min(1, Math.max(0, x / width)) : 0) * (toMs - fromMs);

// Zooms in or out around a moment that keeps its position; never beyond the day.
export function zoomed(range: Range, day: Range, atMs: number, factor: number): Range {
  const whole = day.toMs - day.fromMs;
  const length = Math.min(whole, Math.max(CLOSEST_MS, (range.toMs - range.fromMs) * factor));
  const share = (atMs - range.fromMs) / (range.toMs - range.fromMs);
  const fromMs = Math.min(day.toMs - length, Math.max(day.fromMs, atMs - share * length));
  return { fromMs, toMs: fromMs + length };
}

// The span that covers the moment, or else the nearest one. Spans are ordered by start.
export function nearest<S extends Span>(spans: S[], ms: number): S | null {
  let low = 0;
  let high = spans.length; // of those that start at or before it
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  let best: S | null = spans[low] ?? null;
  let away = best ? best.startMs - ms : Number.POSITIVE_INFINITY;
  // A long clip may cover others that started later.
  for (let at = low - 1; at >= Math.max(0, low - 8); at--) {
    const span = spans[at] as S;
    const distance = Math.max(0, ms - span.endMs);
    if (distance < away || (distance === away && distance > 0)) {
      best = span;
      away = distance;
    }
    if (away === 0) break;
  }
  return best;
}

// The span that starts after, or before, another.
export function beside<S extends Span>(spans: S[], id: string, by: number): S | null {
  const at = spans.findIndex((span) => span.id === id);
  return at < 0 ? null : (spans[at + by] ?? null);
}

const STEPS_MIN = [1, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720];
const LABEL_PX = 56;

// The marks on the line, such as full hours.
export function marks(range: Range, width: number): number[] {
  const length = range.toMs - range.fromMs;
  const most = Math.max(1, Math.floor(width / LABEL_PX));
  const minutes = STEPS_MIN.find((step) => length / (step * 60_000) <= most) ?? 720;
  const found: number[] = [];
  const at = new Date(range.fromMs);
  at.setHours(0, 0, 0, 0);
  // In local time, so that the marks stay full hours when the clock changes.
  for (let n = 0; at.getTime() < range.toMs && n < 2000; n++) {
    if (at.getTime() > range.fromMs) found.push(at.getTime());
    const before = at.getTime();
    at.setMinutes(at.getMinutes() + minutes);
    if (at.getTime() <= before) at.setTime(before + minutes * 60_000);
  }
  return found;
}
