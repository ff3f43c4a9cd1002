import { beforeAll, describe, expect, it } from 'vitest';
import type { Film } from '../src/live/rest';
import { bodyOf, NEW } from '../src/page/films/draft';
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
    });
    const body = bodyOf({ ...NEW, from: '2026-11-01', to: '2026-11-30', width: 1280 });
    expect(body).toMatchObject({ width: 1280, height: 1280 });
    expect(body.from).toBe(new Date('2026-11-01T00:00:00').toISOString());
    expect(body.to).toBe(new Date('2026-12-01T00:00:00').toISOString());
  });
});
