// /view.html?camera=ID: one camera and nothing else, for a screen on the wall and for measurement.
// &w=640&h=480 shows it in exactly so many CSS pixels at the top left; else it fills the window.
// &delivery= forces a way, which the player reads itself.
import './player/player';

const query = new URLSearchParams(location.search);
const camera = query.get('camera') ?? '';
const player = document.createElement('eyelid-player');
const size = (name: string): string => {
  const pixels = Number(query.get(name));
  return pixels > 0 ? `${pixels}px` : '';
};

document.title = camera ? `${camera} · eyelid` : 'eyelid';
player.setAttribute('camera', camera);
player.setAttribute('role', 'img');
player.setAttribute('aria-label', `Live picture of ${camera}`);
player.style.width = size('w') || '100vw';
player.style.height = size('h') || '100vh';
document.body.append(player);
