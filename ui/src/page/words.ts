// Numbers and names as people say them.

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
