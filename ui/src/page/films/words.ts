// Films in words.
import type { Film } from '../../live/rest';
import { duration, type Key, number, t } from '../i18n';

export const STATES: Record<Film['state'], Key> = {
  waiting: 'film.waiting',
  running: 'film.running',
  paused: 'film.paused',
  done: 'film.done',
  failed: 'film.failed',
};

// "42 % · 95 photos a second · 18 s left"
export function progressOf(film: Film): string {
  const { state, photos, done, frames, fps } = film;
  if (state === 'done') return duration(frames / fps);
  if (state !== 'running' && state !== 'paused') return '';
  const share = number(photos > 0 ? done / photos : 0, { style: 'percent' });
  if (state === 'paused') return share;
  const told = [share];
  if (film.speed_fps > 0) told.push(t('film.speed', { n: Math.round(film.speed_fps) }));
  if (film.eta_s > 0) told.push(t('film.left', { duration: duration(film.eta_s) }));
  return told.join(' · ');
}
