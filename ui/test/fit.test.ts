import { describe, expect, it } from 'vitest';
import { type Arrangement, type Box, FIT_MAX, fitted, scrolled } from '../src/page/wall/fit';

const areaOf = ({ boxes }: Arrangement): number =>
  boxes.reduce((sum, box) => sum + box.width * box.height, 0);
const meet = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width - 0.01 &&
  b.x < a.x + a.width - 0.01 &&
  a.y < b.y + b.height - 0.01 &&
  b.y < a.y + a.height - 0.01;

function check(ratios: number[], { boxes }: Arrangement, width: number, height: number): void {
  expect(boxes).toHaveLength(ratios.length);
  boxes.forEach((box, i) => {
    expect(box.x).toBeGreaterThanOrEqual(-0.01);
    expect(box.y).toBeGreaterThanOrEqual(-0.01);
    expect(box.x + box.width).toBeLessThanOrEqual(width + 0.01);
    expect(box.y + box.height).toBeLessThanOrEqual(height + 0.01);
    for (const other of boxes.slice(i + 1)) expect(meet(box, other)).toBe(false);
  });
}

const VGA = 4 / 3;
const WIDE = 16 / 9;
const PORTRAIT = 3 / 4;

describe('fit', () => {
  it.each([
    [2496, 1440],
    [1302, 768],
    [788, 390],
    [390, 788],
    [320, 512],
  ])('one camera fills %i x %i as far as its ratio allows', (width, height) => {
    for (const ratio of [VGA, WIDE, PORTRAIT]) {
      const found = fitted([ratio], { width, height, gap: 3 }) as Arrangement;
      check([ratio], found, width, height);
      const most = Math.min(width * (width / ratio), height * ratio * height);
      expect(areaOf(found) / most).toBeGreaterThan(0.99);
    }
  });

  it('ten cameras cover 85 % of a large monitor, beside the rail', () => {
    for (const ratio of [VGA, WIDE]) {
      const found = fitted(Array(10).fill(ratio), {
        width: 2496,
        height: 1440,
        gap: 3,
      }) as Arrangement;
      check(Array(10).fill(ratio), found, 2496, 1440);
      expect(areaOf(found) / (2560 * 1440)).toBeGreaterThan(0.85);
    }
  });

  it('portrait and wide pictures find room beside one another', () => {
    const ratios = [VGA, PORTRAIT, WIDE, 32 / 9, VGA, 9 / 16];
    for (const [width, height] of [
      [1302, 768],
      [390, 788],
      [2496, 1440],
    ] as const) {
      const found = fitted(ratios, { width, height, gap: 3 });
      if (!found) continue; // too small for a phone: it scrolls
      check(ratios, found, width, height);
      expect(areaOf(found) / (width * height)).toBeGreaterThan(0.7);
      found.boxes.forEach((box, i) => {
        expect((box.width + 3) / (box.height + 3)).toBeCloseTo(ratios[i] as number, 5);
      });
    }
  });

  it('four equal cameras are equally large', () => {
    const { boxes } = fitted(Array(4).fill(VGA), {
      width: 1302,
      height: 768,
      gap: 3,
    }) as Arrangement;
    expect(new Set(boxes.map((box) => Math.round(box.width))).size).toBe(1);
  });

  it('says that there are too many, or none', () => {
    expect(fitted([], { width: 1000, height: 1000, gap: 3 })).toBeNull();
    expect(fitted(Array(FIT_MAX + 1).fill(VGA), { width: 4000, height: 2000, gap: 3 })).toBeNull();
    expect(fitted(Array(20).fill(VGA), { width: 320, height: 500, gap: 3 })).toBeNull();
    expect(fitted([VGA], { width: 0, height: 0, gap: 3 })).toBeNull();
  });

  it('is found fast enough to follow a window that is resized', () => {
    const ratios = Array.from(
      { length: FIT_MAX },
      (_, i) => [VGA, WIDE, PORTRAIT][i % 3] as number,
    );
    const found = fitted(ratios, { width: 2496, height: 1440, gap: 3 }) as Arrangement;
    check(ratios, found, 2496, 1440);
  });
});

describe('scroll', () => {
  it.each([
    [30, 1302],
    [30, 390],
    [7, 2496],
    [1, 390],
  ])('%i cameras in rows of %i px', (count, width) => {
    const ratios = Array.from({ length: count }, (_, i) => [VGA, WIDE, PORTRAIT][i % 3] as number);
    const found = scrolled(ratios, { width, height: 700, gap: 3 });
    check(ratios, found, width, found.height);
  });
});
