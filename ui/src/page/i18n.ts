// The page's texts in the user's language. Strings are in src/lang, one JSON file per language;
// those used only by parts that are loaded later (parts/lazy.tsx) are in src/lang/areas. Plurals,
// numbers, dates and durations use Intl.
import { signal } from '@preact/signals';
import english from '../lang/en.json';

type Areas = typeof import('../lang/areas/en.json');
type Messages = typeof english & Areas;
export type Key = keyof Messages;
export type Params = Record<string, string | number>;
export type Phrase = readonly [Key, Params?];

const files = import.meta.glob<{ default: typeof english }>(['../lang/*.json', '!../lang/en.json']);
const areaFiles = import.meta.glob<{ default: Areas }>('../lang/areas/*.json');

// The available languages, each with its name in that language.
export const LANGUAGES: Record<string, string> = Object.fromEntries(
  ['en', ...Object.keys(files).map((path) => path.replace(/^.*\/|\.json$/g, ''))].map((tag) => {
    const name = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
    return [tag, name.charAt(0).toLocaleUpperCase(tag) + name.slice(1)];
  }),
);

const CHOSEN = 'eyelid.language';

export const language = signal('en');
let messages: Partial<Messages> = english;
let withAreas = false; // a part with strings in src/lang/areas was shown
let areas: Promise<void> | undefined;

// The first wanted language that is available, else English.
export function pick(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0] ?? '';
    if (base in LANGUAGES) return base;
  }
  return 'en';
}

export function preferred(): string {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem(CHOSEN);
  } catch {
    // storage is not available
  }
  return pick(chosen ? [chosen, ...navigator.languages] : navigator.languages);
}

async function messagesOf(tag: string): Promise<Partial<Messages>> {
  const [core, areas] = await Promise.all([
    files[`../lang/${tag}.json`]?.(),
    withAreas ? areaFiles[`../lang/areas/${tag}.json`]?.() : undefined,
  ]);
  return { ...(core?.default ?? english), ...areas?.default };
}

export async function speak(next: string): Promise<void> {
  messages = await messagesOf(next);
  document.documentElement.lang = next;
  language.value = next;
}

// Loads the strings of the parts that are loaded later, before they are rendered.
export function speakOfAreas(): Promise<void> {
  areas ??= (async () => {
    withAreas = true;
    messages = await messagesOf(language.value);
  })().catch((problem: unknown) => {
    areas = undefined; // the next part tries again
    throw problem;
  });
  return areas;
}

export async function choose(next: string): Promise<void> {
  try {
    localStorage.setItem(CHOSEN, next);
  } catch {
    // then it lasts as long as the page
  }
  await speak(next);
}

// Numbers in messages are formatted for the language; `n` selects the plural.
export function t(key: Key, params: Params = {}): string {
  const spoken = language.value;
  const message: string | Record<string, string> = messages[key] ?? '';
  const text =
    typeof message === 'string'
      ? message
      : (message[new Intl.PluralRules(spoken).select(Number(params.n))] ?? message.other ?? '');
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    return typeof value === 'number' ? number(value) : (value ?? '');
  });
}

export const say = ([key, params]: Phrase): string => t(key, params);

export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(language.value, options).format(value);
}

// "5 s", "12 min", "3 h 5 min", "2 days".
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return t('unit.s', { n: s });
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return t('unit.min', { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return t('unit.days', { n: Math.floor(hours / 24) });
  const rest = minutes % 60;
  const whole = t('unit.h', { n: hours });
  return rest === 0 ? whole : `${whole} ${t('unit.min', { n: rest })}`;
}

// "5 min ago"; days as in the language.
export function ago(seconds: number): string {
  if (seconds < 86_400) return t('ago', { duration: duration(seconds) });
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: 'always' });
  return format.format(-Math.floor(seconds / 86_400), 'day');
}

// With the browser's region for the language: 14:02 in Britain, 2:02 pm in America.
export function locale(): string {
  const spoken = language.value;
  const tags = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
  return tags.find((tag) => tag.toLowerCase().startsWith(`${spoken}-`)) ?? spoken;
}

// The time of day; with the date if that is not today.
export function moment(date: Date, now = new Date()): string {
  const options: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
  if (date.toDateString() !== now.toDateString())
    Object.assign(options, { day: 'numeric', month: 'short' });
  return new Intl.DateTimeFormat(locale(), options).format(date);
}

// The time of day, to the second.
export function time(date: Date): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(date);
}

// "0:42", "1:02:03"
export function clock(seconds: number): string {
  const s = Math.floor(Math.max(0, seconds) || 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

// "Monday, 30 November 2026"
export function day(date: Date): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'full' }).format(date);
}

export function bytes(count: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let step = 0;
  let value = count;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step++;
  }
  return number(value, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  });
}
