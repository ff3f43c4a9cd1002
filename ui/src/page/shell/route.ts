// The page's addresses: #/, #/camera/ID, #/archive, #/system. Pure but for the signal.
import { signal } from '@preact/signals';

export type Route =
  | { area: 'live'; camera: string | null }
  | { area: 'archive' }
  | { area: 'system' }
  | { area: 'unknown' };

export function routeOf(hash: string): Route {
  const path = hash.replace(/^#\/?/, '').replace(/\/$/, '');
  if (path === '') return { area: 'live', camera: null };
  const camera = /^camera\/([a-z0-9-]{1,32})$/.exec(path)?.[1];
  if (camera) return { area: 'live', camera };
  if (path === 'archive') return { area: 'archive' };
  if (path === 'system') return { area: 'system' };
  return { area: 'unknown' };
}

export const route = signal(routeOf(location.hash));

addEventListener('hashchange', () => {
  route.value = routeOf(location.hash);
});
