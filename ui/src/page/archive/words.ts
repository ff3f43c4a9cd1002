// Names of archive items.
import type { Item } from '../../live/rest';
import { serverUrl } from '../../live/shared';
import { type Key, locale, moment, t } from '../i18n';
import { cameraOf } from '../store';
import { nameOf } from '../words';

export const KINDS: [Item['kind'], Key][] = [
  ['photo', 'kind.photo'],
  ['clip', 'kind.clip'],
  ['film', 'kind.film'],
];

export const REASONS: [string, Key][] = [
  ['manual', 'kept.manual'],
  ['schedule', 'kept.schedule'],
  ['motion', 'kept.motion'],
  ['continuous', 'kept.continuous'],
  ['import', 'kept.import'],
];

export const address = (path: string): string => new URL(path.slice(1), serverUrl).href;

export function nameFor(camera: string): string {
  const known = cameraOf(camera).value;
  return known ? nameOf(known) : camera;
}

export const lengthOf = (item: Item): number =>
  Math.max(0, (Date.parse(item.end) - Date.parse(item.start)) / 1000);

export function kindOf(item: Item): string {
  return t(KINDS.find(([kind]) => kind === item.kind)?.[1] ?? 'kind.photo');
}

export function reasonOf(item: Item): string {
  const key = REASONS.find(([reason]) => reason === item.reason)?.[1];
  return key ? t(key) : item.reason;
}

export const titleOf = (item: Item): string =>
  t('archive.item', {
    kind: kindOf(item),
    name: nameFor(item.camera),
    time: moment(new Date(item.start)),
  });

const inWords = (options: Intl.DateTimeFormatOptions) => (date: Date) =>
  new Intl.DateTimeFormat(locale(), options).format(date);

export const monthName = inWords({ month: 'long', year: 'numeric' });
export const weekdayName = inWords({ weekday: 'short' });
