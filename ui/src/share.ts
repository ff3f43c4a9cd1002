// /view.html#share=TOKEN: what a share link shows, for visitors without an account. The token is in the
// fragment, which browsers send nowhere.
import './share.css';
import { moment, preferred, speak, speakOfAreas, t } from './page/i18n';

const RETRY_MS = 5000;

interface Shared {
  name: string;
  item: string | null; // null: the camera, live
  expires: string;
}

const token = location.hash.slice('#share='.length);
const words = document.createElement('p');
words.setAttribute('role', 'status');
const address = (path: string): string => `shared/${path}?token=${encodeURIComponent(token)}`;

function show(picture: HTMLElement | null, text: string): void {
  document.body.replaceChildren(...(picture ? [picture, words] : [words]));
  words.textContent = text;
}

function video(src: string, label: string): HTMLVideoElement {
  const picture = document.createElement('video');
  picture.playsInline = true;
  picture.setAttribute('aria-label', label);
  picture.src = src;
  return picture;
}

function image(src: string, label: string): HTMLImageElement {
  const picture = document.createElement('img');
  picture.alt = label;
  picture.src = src;
  return picture;
}

async function showItem(name: string, text: string): Promise<void> {
  const head = await fetch(address('item'), { method: 'HEAD' });
  if (!head.ok) return show(null, t('share.gone'));
  if (head.headers.get('content-type')?.startsWith('image/'))
    return show(image(address('item'), name), text);
  const clip = video(address('item'), name);
  clip.controls = true;
  clip.poster = address('thumbnail.jpg');
  show(clip, text);
}

// MP4 where the browser plays an endless one and the camera has H.264, else Motion JPEG.
function showLive(name: string, text: string): void {
  const again = (): void => {
    words.textContent = t('share.waiting');
    setTimeout(() => void begin(), RETRY_MS);
  };
  const live = video(address('live.mp4'), name);
  live.muted = true;
  live.autoplay = true;
  let played = false;
  live.addEventListener('playing', () => {
    played = true;
  });
  live.addEventListener('ended', again);
  live.addEventListener('error', () => {
    if (played) return again();
    const still = image(address('live.mjpg'), name);
    still.addEventListener('error', again);
    show(still, text);
  });
  show(live, text);
}

async function begin(): Promise<void> {
  try {
    const response = await fetch('api/v1/shared', {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) return show(null, t('share.gone'));
    const { name, item, expires } = (await response.json()) as Shared;
    const text = `${name} · ${t('tokens.until', { time: moment(new Date(expires)) })}`;
    document.title = `${name} · eyelid`;
    if (item) await showItem(name, text);
    else showLive(name, text);
  } catch {
    show(null, t('share.waiting'));
    setTimeout(() => void begin(), RETRY_MS);
  }
}

document.body.classList.add('shared');
void speak(preferred())
  .then(speakOfAreas)
  .then(() => begin());
addEventListener('hashchange', () => location.reload());
