import { describe, expect, it } from 'vitest';
import type { Storage } from '../src/live/rest';
import { forecastOf, quotaDays, quotaOf, sumOf } from '../src/page/system/forecast';

const GB = 1e9;
const storage: Storage = {
  cameras: [
    {
      camera: 'porch',
      items: 10,
      bytes: 6 * GB,
      quota_bytes: null,
      recent_bytes: 13 * GB,
      oldest: null,
    },
    {
      camera: 'yard',
      items: 1,
      bytes: 2 * GB,
      quota_bytes: 5 * GB,
      recent_bytes: GB,
      oldest: null,
    },
  ],
  free_bytes: 100 * GB,
  total_bytes: 500 * GB,
  recent: { bytes: 14 * GB, span_s: 7 * 86_400 },
  limits: { age_s: null, bytes: null, min_free_bytes: null },
  next: null,
};
const limited = (limits: Partial<Storage['limits']>): Storage => ({
  ...storage,
  limits: { ...storage.limits, ...limits },
});

describe('storage', () => {
  it('sums up', () => expect(sumOf(storage)).toBe(8 * GB));

  it.each([
    ['', null],
    ['20', 20 * GB],
    [' 0,5 ', 0.5 * GB],
    ['0', Number.NaN],
    ['-1', Number.NaN],
    ['much', Number.NaN],
  ])('quota %s', (text, quota) => expect(quotaOf(text)).toEqual(quota));

  it.each([
    [storage, { perDay: 2 * GB, days: 50, end: 'disk' }],
    [limited({ min_free_bytes: 60 * GB }), { perDay: 2 * GB, days: 20, end: 'disk' }],
    [limited({ bytes: 10 * GB }), { perDay: 2 * GB, days: 1, end: 'limit' }],
    [limited({ bytes: 5 * GB }), { perDay: 2 * GB, days: 0, end: 'limit' }],
    [limited({ bytes: 900 * GB }), { perDay: 2 * GB, days: 50, end: 'disk' }],
    [
      { ...storage, recent: { bytes: 0, span_s: 604_800 } },
      { perDay: 0, days: null, end: 'disk' },
    ],
  ])('forecast %#', (facts, forecast) => expect(forecastOf(facts)).toEqual(forecast));

  it('forecasts quotas', () => {
    const [porch, yard] = storage.cameras as [Storage['cameras'][0], Storage['cameras'][0]];
    expect(quotaDays(porch, storage)).toBeNull();
    expect(quotaDays(yard, storage)).toBe(21);
    expect(quotaDays({ ...yard, quota_bytes: GB }, storage)).toBe(0);
    expect(quotaDays({ ...yard, recent_bytes: 0 }, storage)).toBeNull();
  });
});
