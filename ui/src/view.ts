// /view.html?camera=ID: only one camera, for a wall display and for measurements.
// &w=640&h=480 shows it in exactly so many CSS pixels at the top left; else it fills the window.
// &delivery= forces a way of delivery; the player reads it. If nothing is live, a text says why.
// /view.html#share=TOKEN: what a share link shows.
import { live } from './live/shared';
import { preferred, say, speak, t } from './page/i18n';
import { type Said, saidOf } from './page/said';
import { problemOf } from './page/words';
import type { EyelidPlayer } from './player/player';
import './player/player';

const query = new URLSearchParams(location.search);
const camera = query.get('camera') ?? '';
const player = document.createElement('eyelid-player') as EyelidPlayer;
const words = document.createElement('p');
let before: Said | null = null;
const size = (name: string): string => {
  const pixels = Number(query.get(name));
  return pixels > 0 ? `${pixels}px` : '';
};

// '' while the picture is live.
function text(): string {
  const nowMs = performance.now();
  const known = live.cameras.get(camera);
  const isConnected = live.connection.state === 'connected';
  if (isConnected && !known) return live.heard ? t('camera.none', { id: camera }) : '';
  const { stats } = player;
  before = saidOf(
    {
      connection: live.connection,
      quietMs: nowMs - live.heardMs,
      known: known ?? { camera: { id: camera }, heardMs: nowMs },
      paused: false,
      player: stats.state,
      stats,
      errorType: player.errorType,
      nowMs,
      wallMs: Date.now(),
    },
    before,
  );
  if (before.state === 'live') return '';
  const why = known?.camera.error ? problemOf(known.camera.error) : '';
  const said = [say(before.word), before.detail ? say(before.detail) : ''].filter(Boolean);
  return [said.join(' · '), why].filter(Boolean).join('. ');
}

function show(): void {
  const next = text();
  words.hidden = next === '';
  if (words.textContent !== next) words.textContent = next;
}

function start(): void {
  document.title = camera ? `${camera} · eyelid` : 'eyelid';
  player.setAttribute('camera', camera);
  player.setAttribute('role', 'img');
  player.setAttribute('aria-label', camera);
  player.style.width = size('w') || '100vw';
  player.style.height = size('h') || '100vh';
  document.body.append(player, words);
  void speak(preferred()).then(() => {
    player.addEventListener('state', show);
    live.subscribe(show);
    setInterval(show, 1000);
    show();
  });
}

if (location.hash.startsWith('#share=')) {
  live.hold(); // visitors have no account
  void import('./share');
} else {
  start();
}
