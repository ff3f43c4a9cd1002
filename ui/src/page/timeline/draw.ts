// Draws the line: clips as bars, photos as thin lines, hours, the shown moment. A canvas, because a
// day may have thousands of photos.
import { moment } from '../i18n';
import { marks, type Range, type Span, xOf } from './track';

const PHOTO_TOP = 0.3;

export function draw(
  canvas: HTMLCanvasElement,
  range: Range,
  spans: Span[],
  shownMs: number,
  nowMs: number,
): void {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const scale = devicePixelRatio || 1;
  const context = canvas.getContext('2d');
  if (!context || width === 0) return;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = 'rgb(255 255 255 / 6%)';
  const future = xOf(range, nowMs, width);
  if (future < width) context.fillRect(Math.max(0, future), 0, width, height);
  const line = height - 14;
  let last = -1;
  for (const { kind, startMs, endMs } of spans) {
    if (endMs < range.fromMs || startMs > range.toMs) continue;
    const x = xOf(range, startMs, width);
    if (kind === 'photo') {
      const column = Math.round(x);
      if (column === last) continue; // thousands of photos: one line for each column
      last = column;
      context.fillStyle = 'rgb(255 255 255 / 62%)';
      context.fillRect(column, line * PHOTO_TOP, 1, line * (1 - PHOTO_TOP));
    } else {
      context.fillStyle = '#7fd6bd';
      context.fillRect(x, 2, Math.max(2, xOf(range, endMs, width) - x), line - 2);
    }
  }
  context.fillStyle = 'rgb(255 255 255 / 78%)';
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'center';
  for (const ms of marks(range, width)) {
    const x = Math.round(xOf(range, ms, width));
    context.fillRect(x, line, 1, 3);
    if (x > 20 && x < width - 20) context.fillText(label(ms), x, height - 1);
  }
  const x = xOf(range, shownMs, width);
  context.fillStyle = '#ff5a4d';
  context.fillRect(Math.round(x) - 1, 0, 2, line);
}

function label(ms: number): string {
  const date = new Date(ms);
  return moment(date, date);
}
