// The connection that the page and every player on it share. It leads to the server that this very
// file came from, below whatever path a proxy put it, so that a player works on any page.
import { Live } from './live';
import { SUBPROTOCOL } from './protocol';

// The built file lies in assets/.
export const serverUrl = import.meta.env.DEV
  ? new URL('/', location.href)
  : new URL(/* @vite-ignore */ '..', import.meta.url);

export const live = new Live(() => {
  const url = new URL('api/v1/live', serverUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(url, SUBPROTOCOL);
});

// What a user or the network tells us is a better time to try than the end of a wait.
addEventListener('online', () => live.connect());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') live.connect();
});
live.connect();
