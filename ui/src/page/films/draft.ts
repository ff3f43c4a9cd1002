// A film as its form has it, and as the server does (docs/protocol.md, section 3.3). Pure.
import type { FilmBody } from '../../live/rest';
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
}

export const NEW: Draft = {
  name: '',
  camera: '',
  from: '',
  to: '',
  fps: 25,
  width: 0,
  deflicker: true,
  skipNight: false,
};

export const WIDTHS = [0, 640, 1280, 1920, 3840] as const;
export const RATES = [10, 15, 25, 30, 60] as const;

// Midnight by this browser's clock.
const instant = (date: string): string => new Date(`${date}T00:00:00`).toISOString();

export function bodyOf(draft: Draft): FilmBody {
  const { name, camera, from, to, fps, width, deflicker, skipNight } = draft;
  return {
    name: name.trim(),
    camera,
    ...(from && { from: instant(from) }),
    ...(to && { to: instant(dayAfter(to)) }),
    fps,
    ...(width > 0 && { width, height: width }),
    deflicker,
    skip_night: skipNight,
  };
}
