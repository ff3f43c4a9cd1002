import { beforeAll, describe, expect, it } from 'vitest';
import type { Schedule, When } from '../src/live/rest';
import { speakOfAreas } from '../src/page/i18n';
import { bodyOf, type Draft, draftOf, inUnits, missingIn, NEW } from '../src/page/schedules/draft';
import { whenText } from '../src/page/schedules/words';

beforeAll(speakOfAreas);

const base = {
  name: 'Dawn',
  enabled: true,
  camera: 'yard',
  job: 'photo',
  zone: 'Europe/Berlin',
  missed: 'once',
} as const;
const told = { id: '3', next: null, running: null, last: null };

const whens: When[] = [
  { every_s: 600, from: '2026-12-01T00:00:00Z' },
  { every_s: 90 },
  { times: ['07:30', '19:00:30'], days: ['sat', 'sun'] },
  { times: ['12:00'] },
  { cron: '30 2 * * 1-5' },
  { sun: 'sunset', offset_s: -1800, days: ['mon'], latitude: 52.5, longitude: -13.4 },
];

describe('a schedule', () => {
  it.each(whens)('%j can be written back as it was read', (when) => {
    const body = { ...base, when };
    expect(bodyOf(draftOf({ ...told, ...body } as Schedule))).toEqual(body);
  });

  it('has its seconds, and how late a run may be', () => {
    const body = {
      ...base,
      job: 'clip' as const,
      seconds: 90,
      when: { every_s: 86_400 },
      missed: 'all' as const,
      missed_within_s: 5400,
    };
    expect(bodyOf(draftOf({ ...told, ...body }))).toEqual(body);
  });

  it('may make films of the last week', () => {
    const when = { times: ['03:00'], days: ['mon'] };
    const body = { ...base, job: 'film' as const, seconds: 604_800, when };
    const draft = draftOf({ ...told, ...body } as Schedule);
    expect([draft.length, draft.lengthUnit]).toEqual([7, 86_400]);
    expect(bodyOf(draft)).toEqual(body);
  });

  it('may arm all cameras', () => {
    const body = { ...base, camera: null, job: 'arm' as const, when: { times: ['22:00'] } };
    const draft = draftOf({ ...told, ...body } as Schedule);
    expect(bodyOf(draft)).toEqual(body);
    expect(missingIn(draft)).toBe('');
    expect(missingIn({ ...draft, job: 'photo' })).toBe('camera');
  });

  it('has times in order, each once', () => {
    const draft = { ...NEW, name: ' a ', times: ['12:00', '', '07:30', '12:00'] };
    expect(bodyOf({ ...draft, kind: 'times' })).toMatchObject({
      name: 'a',
      when: { times: ['07:30', '12:00'] },
    });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ camera: '' }, 'camera'],
    [{ kind: 'times', days: [] }, 'days'],
    [{ kind: 'every', days: [] }, ''],
    [{ kind: 'times', times: [''] }, 'times'],
    [{ kind: 'sun', latitude: '52.5', longitude: '' }, 'place'],
    [{ kind: 'sun', latitude: '52.5', longitude: 'x' }, 'place'],
    [{ kind: 'sun', latitude: '0', longitude: '-13.4' }, ''],
  ] as const)('%j lacks %j', (part, missing) => {
    const draft = { ...NEW, name: 'a', camera: 'yard', ...part } as Draft;
    expect(missingIn(draft)).toBe(missing);
  });

  it.each([
    [600, [10, 60]],
    [86_400, [1, 86_400]],
    [90, [90, 1]],
    [129_600, [36, 3600]],
  ])('%d s are %j', (seconds, units) => expect(inUnits(seconds)).toEqual(units));

  it.each(whens.map((when, at) => [when, at] as const))('%j in words', (when, at) => {
    expect(whenText(when)).toBe(
      [
        'Every 10 min',
        'Every 90 s',
        'Sat Sun: 07:30 19:00:30',
        'Every day: 12:00',
        '30 2 * * 1-5',
        'Mon: 30 min before sunset',
      ][at],
    );
  });
});
