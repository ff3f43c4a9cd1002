// Converts a schedule between the form's and the server's shape (docs/protocol.md, section 3.2). Pure.
import type { Schedule, ScheduleBody, When } from '../../live/rest';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

export const KINDS = ['every', 'times', 'sun', 'cron'] as const;
export type Kind = (typeof KINDS)[number];

export const SUNS = ['dawn', 'sunrise', 'sunset', 'dusk'] as const;
export const UNITS_S = [1, 60, 3600, 86_400] as const;

export const JOBS = ['photo', 'clip', 'film', 'awake', 'arm', 'disarm'] as const;

export const isTimed = (job: Schedule['job']): boolean =>
  job === 'clip' || job === 'awake' || job === 'film';
export const mayBeAll = (job: Schedule['job']): boolean => job === 'arm' || job === 'disarm';

export interface Draft {
  name: string;
  enabled: boolean;
  camera: string; // '' = all of them, with arm and disarm
  job: Schedule['job'];
  length: number; // of clip and awake, in units
  lengthUnit: number; // s
  kind: Kind;
  every: number;
  everyUnit: number; // s
  from: string | undefined; // the server's value: a changed interval keeps its origin
  times: string[];
  days: Day[];
  sun: (typeof SUNS)[number];
  offset: number; // min; negative: before
  latitude: string;
  longitude: string;
  cron: string;
  zone: string; // '' = the server's
  missed: Schedule['missed'];
  within: number; // h
}

export const NEW: Draft = {
  name: '',
  enabled: true,
  camera: '',
  job: 'photo',
  length: 1,
  lengthUnit: 60,
  kind: 'every',
  every: 10,
  everyUnit: 60,
  from: undefined,
  times: ['12:00'],
  days: [...DAYS],
  sun: 'sunrise',
  offset: 0,
  latitude: '',
  longitude: '',
  cron: '0 * * * *',
  zone: '',
  missed: 'skip',
  within: 24,
};

// "90 min" instead of "5400 s" for whole minutes.
export function inUnits(seconds: number): [n: number, unit: number] {
  const unit = [...UNITS_S].reverse().find((u) => seconds % u === 0) ?? 1;
  return [seconds / unit, unit];
}

const isDay = (day: string): day is Day => (DAYS as readonly string[]).includes(day);
const daysOf = (days?: string[]): Day[] => (days ? days.filter(isDay) : [...DAYS]);

export function draftOf(schedule: Schedule): Draft {
  const { name, enabled, job, when, zone, missed } = schedule;
  const camera = schedule.camera ?? '';
  const [length, lengthUnit] = inUnits(schedule.seconds ?? 60);
  const draft: Draft = { ...NEW, name, enabled, camera, job, length, lengthUnit, missed };
  draft.zone = zone ?? '';
  if (schedule.missed_within_s) draft.within = schedule.missed_within_s / 3600;
  if ('every_s' in when) {
    const [every, everyUnit] = inUnits(when.every_s);
    return { ...draft, kind: 'every', every, everyUnit, from: when.from };
  }
  if ('times' in when)
    return { ...draft, kind: 'times', times: when.times, days: daysOf(when.days) };
  if ('cron' in when) return { ...draft, kind: 'cron', cron: when.cron };
  return {
    ...draft,
    kind: 'sun',
    sun: when.sun,
    offset: Math.round((when.offset_s ?? 0) / 60),
    days: daysOf(when.days),
    latitude: String(when.latitude),
    longitude: String(when.longitude),
  };
}

function whenOf(draft: Draft): When {
  const days = draft.days.length < DAYS.length ? { days: draft.days } : {};
  switch (draft.kind) {
    case 'every':
      return {
        every_s: Math.round(draft.every * draft.everyUnit),
        ...(draft.from && { from: draft.from }),
      };
    case 'times':
      return { times: [...new Set(draft.times.filter(Boolean))].sort(), ...days };
    case 'cron':
      return { cron: draft.cron.trim() };
    case 'sun':
      return {
        sun: draft.sun,
        offset_s: Math.round(draft.offset * 60),
        ...days,
        latitude: Number(draft.latitude),
        longitude: Number(draft.longitude),
      };
  }
}

export function bodyOf(draft: Draft): ScheduleBody {
  const { enabled, camera, job, zone, missed } = draft;
  return {
    name: draft.name.trim(),
    enabled,
    camera: camera || null,
    job,
    ...(isTimed(job) && { seconds: Math.round(draft.length * draft.lengthUnit) }),
    when: whenOf(draft),
    ...(zone && { zone }),
    missed,
    ...(missed === 'all' && { missed_within_s: Math.round(draft.within * 3600) }),
  };
}

// Missing input that the form can detect; '' = none. The server checks the rest.
export type Missing = '' | 'name' | 'camera' | 'days' | 'times' | 'place';

export function missingIn(draft: Draft): Missing {
  if (!draft.name.trim()) return 'name';
  if (!draft.camera && !mayBeAll(draft.job)) return 'camera';
  const { kind } = draft;
  if ((kind === 'times' || kind === 'sun') && draft.days.length === 0) return 'days';
  if (kind === 'times' && !draft.times.some(Boolean)) return 'times';
  const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));
  if (kind === 'sun' && !(isNumber(draft.latitude) && isNumber(draft.longitude))) return 'place';
  return '';
}
