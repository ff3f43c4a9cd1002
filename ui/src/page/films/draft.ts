// A film as its form has it, and as the server does (docs/protocol.md, section 3.3). Pure.
import type { FilmBody, Item, ScheduleBody } from '../../live/rest';
import { dayAfter } from '../archive/items';

export interface Draft {
  name: string;
  camera: string;
  from: string; // dates; '' = no limit
  to: string; // its day included
  fps: number;
  width: number; // 0 = that of the photos
  deflicker: boolean;
  skipNight: boolean;
  stamp: boolean;
  repeat: Repeat;
}

// Once, or of the last day every night, or of the last week in the night to Monday.
export type Repeat = 'once' | 'day' | 'week';
export const REPEATS = ['once', 'day', 'week'] as const;

export const NEW: Draft = {
  name: '',
  camera: '',
  from: '',
  to: '',
  fps: 25,
  width: 0,
  deflicker: true,
  skipNight: false,
  stamp: false,
  repeat: 'once',
};

export const WIDTHS = [0, 640, 1280, 1920, 3840] as const;
export const RATES = [10, 15, 25, 30, 60] as const;

// Midnight by this browser's clock.
const instant = (date: string): string => new Date(`${date}T00:00:00`).toISOString();

export function bodyOf(draft: Draft): FilmBody {
  const { name, camera, from, to, fps, width, deflicker, skipNight, stamp } = draft;
  return {
    name: name.trim(),
    camera,
    ...(from && { from: instant(from) }),
    ...(to && { to: instant(dayAfter(to)) }),
    fps,
    ...(width > 0 && { width, height: width }),
    deflicker,
    skip_night: skipNight,
    stamp,
  };
}

// A film of these photos, whatever the dates.
export function bodyOfChosen(draft: Draft, ids: string[]): FilmBody {
  return { ...bodyOf({ ...draft, from: '', to: '' }), ids };
}

const DAY_S = 86_400;

// A schedule that makes such films by itself, with the settings that they have by default.
export function scheduleOf({ name, camera, repeat }: Draft): ScheduleBody {
  const isWeekly = repeat === 'week';
  return {
    name: name.trim(),
    enabled: true,
    camera,
    job: 'film',
    seconds: isWeekly ? 7 * DAY_S : DAY_S,
    when: { times: ['00:05'], ...(isWeekly && { days: ['mon'] }) },
    missed: 'once',
  };
}

const CHOSEN_MAX = 1000;

// The camera whose photos are selected and their ids; null: no film can be made of them.
export function chosenOf(items: Item[]): { camera: string; ids: string[] } | null {
  const photos = items.filter(({ kind }) => kind === 'photo');
  const camera = photos[0]?.camera;
  if (!camera || photos.length < 2 || photos.length > CHOSEN_MAX) return null;
  if (photos.some((photo) => photo.camera !== camera)) return null;
  return { camera, ids: photos.map(({ id }) => id) };
}
