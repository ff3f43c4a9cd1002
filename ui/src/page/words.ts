// Numbers and names for display.
import { type KnownCamera, LiveError } from '../live/live';
import type { PlayerStats } from '../player/player';
import { type Key, number, t } from './i18n';

export function nameOf({ camera }: KnownCamera): string {
  return camera.name || camera.id;
}

// "12 ms · 30 fps"
export function figuresOf(stats: PlayerStats | null): string {
  if (!stats || stats.latencyMs === null || stats.fps === 0) return '';
  const latency = Math.max(0, Math.round(stats.latencyMs));
  return t('figures', { latency, fps: Math.round(stats.fps) });
}

// A message with a capital letter at the start.
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PROBLEMS: Record<string, Key> = {
  offline: 'problem.offline',
  timeout: 'problem.timeout',
  'no-such-camera': 'problem.no-such-camera',
  'not-adopted': 'problem.not-adopted',
  'not-allowed': 'problem.not-allowed',
  'not-logged-in': 'problem.not-logged-in',
  'too-many': 'problem.too-many',
  exists: 'problem.exists',
  unsupported: 'problem.unsupported',
  'no-server': 'problem.no-server',
};

// The problem's text: the page's own if the type is known, else the server's.
export function problemText(problem: unknown): string {
  const key = problem instanceof LiveError ? PROBLEMS[problem.code] : undefined;
  if (key) return t(key);
  return sentence(problem instanceof Error ? problem.message : String(problem));
}

// A camera's error, as sent by the server.
export const problemOf = sentence;

export function photoName(camera: string, date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
  return `${camera}-${day}-${time}.jpg`;
}

export const pixels = (width: number, height: number): string =>
  `${number(width, { useGrouping: false })} × ${number(height, { useGrouping: false })}`;
