// The connection shared by the page and every player on it. It goes to the server from which this
// file was loaded, below the same path behind a proxy, so that a player works on any page.
import { Live } from './live';
import { SUBPROTOCOL } from './protocol';

// The built file is in assets/.
export const serverUrl = import.meta.env.DEV
  ? new URL('/', location.href)
  : new URL(/* @vite-ignore */ '..', import.meta.url);

export const live = new Live(() => {
  const url = new URL('api/v1/live', serverUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(url, SUBPROTOCOL);
});

// Retry at once when the network or the page comes back, rather than after the wait.
addEventListener('online', () => live.connect());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') live.connect();
});
live.connect();
