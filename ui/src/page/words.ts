// Numbers and names as people say them.
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

// "awake_from_boot" to "Awake from boot": names come from devices.
export function title(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replace(/\bjpeg\b/i, 'JPEG')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// A program's sentence, begun like a sentence.
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const PROBLEMS: Record<string, Key> = {
  offline: 'problem.offline',
  timeout: 'problem.timeout',
  'no-such-camera': 'problem.no-such-camera',
  'not-adopted': 'problem.not-adopted',
  'not-allowed': 'problem.not-allowed',
  'too-many': 'problem.too-many',
  exists: 'problem.exists',
  unsupported: 'problem.unsupported',
  'no-server': 'problem.no-server',
};

// What went wrong, in the page's words where the type is known, else in the server's.
export function problemText(problem: unknown): string {
  const key = problem instanceof LiveError ? PROBLEMS[problem.code] : undefined;
  if (key) return t(key);
  return sentence(problem instanceof Error ? problem.message : String(problem));
}

// What ails a camera, as the server tells its owner.
export const problemOf = sentence;

const GROUPS: Record<string, Key> = {
  '': 'group.camera',
  image: 'group.image',
  colour: 'group.colour',
  jpeg: 'group.jpeg',
  sensor: 'group.sensor',
  driver: 'group.driver',
  processing: 'group.image',
  exposure: 'group.exposure',
  stream: 'group.stream',
};

// Of a group of controls; two that mean the same get the same title.
export function groupName(group: string): string {
  const key = GROUPS[group];
  return key ? t(key) : title(group);
}

// Most names are words. The others are abbreviations, most of them those of ESP32 sensors.
const CONTROLS: Record<string, Key> = {
  brightness: 'control.brightness',
  contrast: 'control.contrast',
  saturation: 'control.saturation',
  sharpness: 'control.sharpness',
  exposure: 'control.exposure',
  gain: 'control.gain',
  effect: 'control.effect',
  mirror: 'control.mirror',
  flip: 'control.flip',
  quality: 'control.quality',
  fps: 'control.fps',
  hmirror: 'control.mirror',
  vflip: 'control.flip',
  awb: 'control.awb',
  awb_gain: 'control.awb_gain',
  wb_mode: 'control.wb_mode',
  aec: 'control.aec',
  aec2: 'control.aec2',
  ae_level: 'control.ae_level',
  aec_value: 'control.exposure',
  agc: 'control.agc',
  agc_gain: 'control.gain',
  gainceiling: 'control.gainceiling',
  bpc: 'control.bpc',
  wpc: 'control.wpc',
  raw_gma: 'control.raw_gma',
  lenc: 'control.lenc',
};

export function controlName(name: string): string {
  const key = CONTROLS[name];
  if (key) return t(key);
  const automatic = /^(.+)_auto$/.exec(name)?.[1];
  if (automatic) return t('control.automatic', { name: controlName(automatic).toLowerCase() });
  return title(name);
}

// "1280x720" to "1280 × 720", "large_step" to "Large step"; what is written for people stays.
export function optionName(option: string): string {
  const size = /^(\d+)x(\d+)$/.exec(option);
  if (size) return `${size[1]} × ${size[2]}`;
  return /^[a-z0-9_]+$/.test(option) ? title(option) : option;
}

const SOURCES: Record<string, Key> = {
  push: 'source.push',
  v4l2: 'source.v4l2',
  libcamera: 'source.libcamera',
  http: 'source.http',
};

export function sourceName(source: string | undefined): string {
  const key = SOURCES[source ?? ''];
  return key ? t(key) : title(source ?? '');
}

export const isNetwork = (source: string | undefined): boolean => source === 'http';

const ID_MAX = 32;

// The id that a name suggests, and that no camera has yet; '' where a name has no letters of an id.
export function idFor(name: string, taken: (id: string) => boolean): string {
  const plain = name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-');
  const cut = (length: number): string =>
    plain.replace(/^-/, '').slice(0, length).replace(/-$/, '');
  const id = cut(ID_MAX);
  if (!id || !taken(id)) return id;
  for (let n = 2; ; n++) {
    const tail = `-${n}`;
    const next = cut(ID_MAX - tail.length) + tail;
    if (!taken(next)) return next;
  }
}

// Of a camera that nothing keeps awake.
export function nobody(state: string | undefined): string {
  return state === 'lingering' ? t('why.lingering') : t('why.nobody');
}

const REASONS: Record<string, Key> = {
  viewer: 'reason.viewer',
  snapshot: 'reason.snapshot',
  motion: 'reason.motion',
  schedule: 'reason.schedule',
  record: 'reason.record',
  timelapse: 'reason.timelapse',
  keepwarm: 'reason.keepwarm',
  remote: 'reason.remote',
  linger: 'reason.linger',
};

export function reasonName(reason: string): string {
  const key = REASONS[reason];
  return key ? t(key) : title(reason);
}

export function photoName(camera: string, date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
  return `${camera}-${day}-${time}.jpg`;
}

export const pixels = (width: number, height: number): string =>
  `${number(width, { useGrouping: false })} × ${number(height, { useGrouping: false })}`;
