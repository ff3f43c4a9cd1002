// /view.html?camera=ID: one camera and nothing else, for a screen on the wall and for measurement.
// &w=640&h=480 shows it in exactly so many CSS pixels at the top left; else it fills the window.
// &delivery= forces a way, which the player reads itself. While nothing is live, words say why.
import { live } from './live/shared';
import { statusOf } from './page/status';
import { sentence } from './page/words';
import type { EyelidPlayer } from './player/player';
import './player/player';

const query = new URLSearchParams(location.search);
const camera = query.get('camera') ?? '';
const player = document.createElement('eyelid-player') as EyelidPlayer;
const words = document.createElement('p');
const size = (name: string): string => {
  const pixels = Number(query.get(name));
  return pixels > 0 ? `${pixels}px` : '';
};

// '' while the picture speaks for itself.
function said(): string {
  const nowMs = performance.now();
  const known = live.cameras.get(camera);
  const connected = live.connection.state === 'connected';
  if (connected && !known) return live.heard ? `There is no camera “${camera}”.` : '';
  const { stats, errorText: error } = player;
  const { state, word, detail } = statusOf({
    connection: live.connection,
    known: known ?? { camera: { id: camera }, heardMs: nowMs },
    player: stats.state,
    stats,
    error,
    nowMs,
    today: new Date(),
  });
  if (state === 'live') return '';
  const why = known?.camera.error ? sentence(known.camera.error) : '';
  return [detail ? `${word} · ${detail}` : word, why].filter(Boolean).join('. ');
}

function say(): void {
  const text = said();
  words.hidden = text === '';
  if (words.textContent !== text) words.textContent = text;
}

document.title = camera ? `${camera} · eyelid` : 'eyelid';
player.setAttribute('camera', camera);
player.setAttribute('role', 'img');
player.setAttribute('aria-label', `Live picture of ${camera}`);
player.style.width = size('w') || '100vw';
player.style.height = size('h') || '100vh';
document.body.append(player, words);
player.addEventListener('state', say);
live.subscribe(say);
setInterval(say, 1000);
say();
