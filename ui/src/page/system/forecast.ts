// When the archive's room is used up, at the rate of the last days. Pure.
import type { Storage } from '../../live/rest';

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
