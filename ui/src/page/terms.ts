// Terms of the parts that are loaded later: controls, sources, reasons, new cameras.
import { type Key, t } from './i18n';

// "awake_from_boot" to "Awake from boot": names come from devices.
export function title(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replace(/\bjpeg\b/i, 'JPEG')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

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

// The title of a group of controls; groups with the same meaning get the same title.
export function groupName(group: string): string {
  const key = GROUPS[group];
  return key ? t(key) : title(group);
}

// Abbreviations, most of them of ESP32 sensors; other names are words and need no entry.
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

// "1280x720" to "1280 × 720", "large_step" to "Large step"; readable text stays unchanged.
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

// An unused id derived from a name; '' if the name has no characters allowed in an id.
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

// For a camera without leases.
export function nobody(state: string | undefined): string {
  return state === 'lingering' ? t('why.lingering') : t('why.nobody');
}

const REASONS: Record<string, Key> = {
  viewer: 'reason.viewer',
  snapshot: 'reason.snapshot',
  motion: 'reason.motion',
  schedule: 'reason.schedule',
  record: 'reason.record',
  continuous: 'reason.continuous',
  order: 'reason.order',
  linger: 'reason.linger',
};

export function reasonName(reason: string): string {
  const key = REASONS[reason];
  return key ? t(key) : title(reason);
}
