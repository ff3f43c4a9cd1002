// Numbers and names as people say them.
import type { KnownCamera } from '../live/live';

export function nameOf({ camera }: KnownCamera): string {
  return camera.name || camera.id;
}

export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day' : `${days} days`;
}

export function timeOfDay(date: Date): string {
  return date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

// "awake_from_boot" to "Awake from boot": names come from devices.
export function title(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replace(/\bjpeg\b/i, 'JPEG')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// A sentence that a program said, as one that begins like a sentence.
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const GROUPS: Record<string, string> = {
  '': 'Camera',
  image: 'Picture',
  colour: 'Colour',
  jpeg: 'JPEG',
  sensor: 'Sensor',
  driver: 'Of the driver',
  processing: 'Picture',
};

// Of a group of controls; two that mean the same get the same title.
export function groupName(group: string): string {
  return GROUPS[group] ?? title(group);
}

// Most names are words. The others are abbreviations, most of them those of ESP32 sensors.
const CONTROLS: Record<string, string> = {
  fps: 'Frames per second',
  hmirror: 'Mirror',
  vflip: 'Flip',
  awb: 'Automatic white balance',
  awb_gain: 'White balance gain',
  wb_mode: 'White balance',
  aec: 'Automatic exposure',
  aec2: 'Automatic exposure, DSP',
  ae_level: 'Exposure level',
  aec_value: 'Exposure',
  agc: 'Automatic gain',
  agc_gain: 'Gain',
  gainceiling: 'Gain ceiling',
  bpc: 'Black pixel correction',
  wpc: 'White pixel correction',
  raw_gma: 'Gamma correction',
  lenc: 'Lens correction',
};

export function controlName(name: string): string {
  const automatic = /^(.+)_auto$/.exec(name)?.[1];
  if (automatic) return `Automatic ${title(automatic).toLowerCase()}`;
  return CONTROLS[name] ?? title(name);
}

// "1280x720" to "1280 × 720", "large_step" to "Large step"; what is written for people stays.
export function optionName(option: string): string {
  const size = /^(\d+)x(\d+)$/.exec(option);
  if (size) return `${size[1]} × ${size[2]}`;
  return /^[a-z0-9_]+$/.test(option) ? title(option) : option;
}

const SOURCES: Record<string, string> = {
  push: 'Device',
  v4l2: 'USB camera',
  libcamera: 'Raspberry Pi camera',
  http: 'Network camera',
};

export function sourceName(source: string | undefined): string {
  return SOURCES[source ?? ''] ?? title(source ?? '');
}

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
  return state === 'lingering' ? 'Nobody looks; it will go to sleep.' : 'Nothing keeps it awake.';
}

const REASONS: Record<string, string> = {
  viewer: 'Viewers',
  snapshot: 'Stills',
  motion: 'Motion watch',
  schedule: 'Schedule',
  record: 'Recording',
  timelapse: 'Time-lapse',
  keepwarm: 'Kept warm',
  remote: 'Other servers',
  linger: 'Lingering',
};

export function reasonName(reason: string): string {
  return REASONS[reason] ?? title(reason);
}

export function stillName(camera: string, date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
  return `${camera}-${day}-${time}.jpg`;
}
