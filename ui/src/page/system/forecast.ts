// When the archive's room is used up, at the rate of the last days; and sizes as people write them. Pure.
import type { Storage } from '../../live/rest';

export const GB = 1e9;

export interface Forecast {
  perDay: number; // bytes
  days: number | null; // null: nothing comes in
  end: 'limit' | 'disk'; // what is reached first
}

export const sumOf = ({ cameras }: Storage): number =>
  cameras.reduce((sum, { bytes }) => sum + bytes, 0);

export function forecastOf(storage: Storage): Forecast {
  const { recent, limits, free_bytes: free } = storage;
  const perDay = recent.span_s > 0 ? (recent.bytes * 86_400) / recent.span_s : 0;
  const onDisk = Math.max(0, free - (limits.min_free_bytes ?? 0));
  const inLimit =
    limits.bytes === null ? Number.POSITIVE_INFINITY : Math.max(0, limits.bytes - sumOf(storage));
  const room = Math.min(onDisk, inLimit);
  return {
    perDay,
    days: perDay > 0 ? room / perDay : null,
    end: inLimit <= onDisk ? 'limit' : 'disk',
  };
}

// In how many days a camera reaches its quota; null: it has none, or nothing comes in.
export function quotaDays(camera: Storage['cameras'][number], { recent }: Storage): number | null {
  const { bytes, quota_bytes: quota, recent_bytes: lately } = camera;
  if (quota === null || lately === 0 || recent.span_s === 0) return null;
  return (Math.max(0, quota - bytes) * recent.span_s) / lately / 86_400;
}

// Empty: none. NaN: not a size.
export function quotaOf(text: string): number | null {
  if (text.trim() === '') return null;
  const bytes = Math.round(Number(text.replace(',', '.')) * GB);
  return bytes >= 1e6 && bytes <= 1e15 ? bytes : Number.NaN;
}
