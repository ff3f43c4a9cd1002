// Schedules in words.
import type { Run, Schedule, When } from '../../live/rest';
import { duration, type Key, locale, t } from '../i18n';
import { DAYS, type Draft, type Kind } from './draft';

export const JOBS: Record<Schedule['job'], Key> = {
  photo: 'job.photo',
  clip: 'job.clip',
  awake: 'job.awake',
  film: 'job.film',
  arm: 'job.arm',
  disarm: 'job.disarm',
};

export const KIND_NAMES: Record<Kind, Key> = {
  every: 'when.kind.every',
  times: 'when.kind.times',
  sun: 'when.kind.sun',
  cron: 'when.kind.cron',
};

export const SUN_NAMES: Record<Draft['sun'], Key> = {
  dawn: 'sun.dawn',
  sunrise: 'sun.sunrise',
  sunset: 'sun.sunset',
  dusk: 'sun.dusk',
};

export const MISSED: Record<Schedule['missed'], Key> = {
  skip: 'missed.skip',
  once: 'missed.once',
  all: 'missed.all',
};

export const RESULTS: Record<Run['result'], Key> = {
  running: 'run.running',
  waiting: 'run.waiting',
  done: 'run.done',
  failed: 'run.failed',
  missed: 'run.missed',
};

export const UNIT_NAMES: Record<number, Key> = {
  1: 'unit.seconds',
  60: 'unit.minutes',
  3600: 'unit.hours',
  86400: 'unit.whole-days',
};

// "Mon" in the user's language. 2024-01-01 was a Monday.
export function dayName(day: string): string {
  const at = (DAYS as readonly string[]).indexOf(day);
  const date = new Date(2024, 0, 1 + Math.max(0, at), 12);
  return new Intl.DateTimeFormat(locale(), { weekday: 'short' }).format(date);
}

const list = (words: string[]): string =>
  new Intl.ListFormat(locale(), { style: 'narrow', type: 'unit' }).format(words);

const onDays = (days?: string[]): string =>
  !days || days.length === DAYS.length ? t('when.daily') : list(days.map(dayName));

function whole(seconds: number): string {
  if (seconds % 60 !== 0) return t('unit.s', { n: seconds });
  return duration(seconds);
}

// "Every 10 min", "Sat, Sun: 07:30", "30 min before sunset"
export function whenText(when: When): string {
  if ('every_s' in when) return t('when.every', { duration: whole(when.every_s) });
  if ('times' in when) return t('when.times', { days: onDays(when.days), times: list(when.times) });
  if ('cron' in when) return when.cron;
  const sun = t(SUN_NAMES[when.sun]);
  const offset = when.offset_s ?? 0;
  const key = offset < 0 ? 'when.sun.before' : 'when.sun.after';
  const at = offset === 0 ? sun : t(key, { duration: whole(Math.abs(offset)), sun });
  return t('when.times', { days: onDays(when.days), times: at });
}

export function jobText({ job, seconds }: Schedule): string {
  return seconds ? `${t(JOBS[job])}, ${whole(seconds)}` : t(JOBS[job]);
}
