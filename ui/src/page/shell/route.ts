// The page's addresses: #/, #/camera/ID, #/archive, #/schedules, #/films, #/system, #/login, #/setup. Pure but for the signals.
import { signal } from '@preact/signals';

export type SystemPage = '' | 'account' | 'users' | 'tokens';

export type Route =
  | { area: 'live'; camera: string | null }
  | { area: 'archive' }
  | { area: 'schedules' }
  | { area: 'films' }
  | { area: 'system'; page: SystemPage }
  | { area: 'login' }
  | { area: 'setup'; token: string } // '' = to be typed
  | { area: 'unknown' };

export function routeOf(hash: string): Route {
  const path = hash.replace(/^#\/?/, '').replace(/\/$/, '');
  if (path === '') return { area: 'live', camera: null };
  const camera = /^camera\/([a-z0-9-]{1,32})$/.exec(path)?.[1];
  if (camera) return { area: 'live', camera };
  if (path === 'archive') return { area: 'archive' };
  if (path === 'films') return { area: 'films' };
  if (path === 'schedules') return { area: 'schedules' };
  const page = /^system(?:\/(account|users|tokens))?$/.exec(path);
  if (page) return { area: 'system', page: (page[1] ?? '') as SystemPage };
  if (path === 'login') return { area: 'login' };
  const setup = /^setup(?:[/=]([0-9a-f]{1,64}))?$/.exec(path);
  if (setup) return { area: 'setup', token: setup[1] ?? '' };
  return { area: 'unknown' };
}

export const route = signal(routeOf(location.hash));

// Where the user was before #/login.
let before = '#/';
export const cameFrom = (): string => before;

addEventListener('hashchange', (event) => {
  const { hash } = new URL(event.oldURL);
  if (routeOf(hash).area !== 'login') before = hash || '#/';
  route.value = routeOf(location.hash);
});
