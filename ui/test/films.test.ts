import { beforeAll, describe, expect, it } from 'vitest';
import type { Film, Item } from '../src/live/rest';
import { bodyOf, bodyOfChosen, chosenOf, NEW, scheduleOf } from '../src/page/films/draft';
import { progressOf } from '../src/page/films/words';
import { speakOfAreas } from '../src/page/i18n';

beforeAll(speakOfAreas);

const film: Film = {
  id: '2',
  name: 'November',
  camera: 'yard',
  fps: 25,
  deflicker: true,
  skip_night: false,
  stamp: false,
  state: 'running',
  photos: 2000,
  done: 840,
  frames: 800,
  speed_fps: 95.2,
  eta_s: 18,
  detail: '',
  item: null,
};

describe('a film', () => {
  it.each([
    [{}, '42% · 95 photos a second · 18 s left'],
    [{ speed_fps: 0, eta_s: 0 }, '42%'],
    [{ state: 'paused' }, '42%'],
    [{ state: 'waiting' }, ''],
    [{ state: 'done', frames: 2000 }, '1 min'],
    [{ photos: 0, done: 0, speed_fps: 0, eta_s: 0 }, '0%'],
  ] as const)('%j is told', (part, text) => {
    expect(progressOf({ ...film, ...part })).toBe(text);
  });

  it('asks for what is wanted and no more', () => {
    expect(bodyOf({ ...NEW, name: ' November ', camera: 'yard' })).toEqual({
      name: 'November',
      camera: 'yard',
      fps: 25,
      deflicker: true,
      skip_night: false,
      stamp: false,
    });
    const body = bodyOf({ ...NEW, from: '2026-11-01', to: '2026-11-30', width: 1280 });
    expect(body).toMatchObject({ width: 1280, height: 1280 });
    expect(body.from).toBe(new Date('2026-11-01T00:00:00').toISOString());
    expect(body.to).toBe(new Date('2026-12-01T00:00:00').toISOString());
  });

  it('of chosen photos has no dates', () => {
    const body = bodyOfChosen({ ...NEW, from: '2026-11-01', stamp: true }, ['7', '2']);
    expect(body).toMatchObject({ ids: ['7', '2'], stamp: true });
    expect(body.from).toBeUndefined();
  });

  it('is made of two or more photos of one camera', () => {
    const item = (id: string, camera = 'yard', kind: Item['kind'] = 'photo'): Item =>
      ({ id, camera, kind }) as Item;
    const two = [item('1'), item('2')];
    expect(chosenOf([...two, item('3', 'yard', 'clip')])).toEqual({
      camera: 'yard',
      ids: ['1', '2'],
    });
    expect(chosenOf([item('1')])).toBeNull();
    expect(chosenOf([...two, item('3', 'porch')])).toBeNull();
    expect(chosenOf(Array.from({ length: 1001 }, (_, i) => item(String(i))))).toBeNull();
  });

  it.each([
    ['day', 86_400, { times: ['00:05'] }],
    ['week', 604_800, { times: ['00:05'], days: ['mon'] }],
  ] as const)('every %s is a schedule', (repeat, seconds, when) =>
    expect(scheduleOf({ ...NEW, name: ' Garden ', camera: 'yard', repeat })).toMatchObject({
      name: 'Garden',
      camera: 'yard',
      job: 'film',
      seconds,
      when,
    }));
});
