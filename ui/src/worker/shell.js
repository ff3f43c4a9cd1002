// The service worker: keeps the shell of the page, so that it opens without a server and says so.
// Nothing else is kept. The page itself always comes from the server when it answers: never stale.
const KEPT = 'shell-__HASH__';
const FILES = __FILES__;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(KEPT)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== KEPT).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const here = new URL('./', self.location.href);
  if (request.method !== 'GET' || !request.url.startsWith(here.href)) return;
  const path = request.url.slice(here.href.length);
  if (path === '' || path === 'index.html')
    event.respondWith(fetch(request).catch(() => caches.match(here.href)));
  else if (path.startsWith('assets/'))
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
