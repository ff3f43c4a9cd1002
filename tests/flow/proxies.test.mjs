// Behind real reverse proxies: nginx, HAProxy and Caddy, on ports that the server does not know.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { Program, SCALE, boot, freePort, temporaryFolder, undoAfter } from './harness.mjs';

const NAME = 'cams.test';

// Each gets a file in a folder and is given what Debian's package of it needs to run there.
const PROXIES = {
  nginx: {
    args: (folder) => ['-p', folder, '-c', 'config', '-e', 'stderr'],
    // $host has no port, and the buffers would hold a tiny stream for minutes.
    config: (port, server) => `
      daemon off; pid pid; worker_processes 1; ${process.getuid() === 0 ? 'user root;' : ''}
      events {}
      http {
        access_log off;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
        server {
          listen 127.0.0.1:${port};
          location / {
            proxy_pass http://${server};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_buffer_size 64k; proxy_buffers 8 256k; proxy_busy_buffers_size 512k;
          }
        }
      }`,
  },
  haproxy: {
    args: (folder) => ['-db', '-f', path.join(folder, 'config')],
    config: (port, server) => `
      defaults
        mode http
        timeout connect 5s
        timeout client 60s
        timeout server 60s
      listen eyelid
        bind 127.0.0.1:${port}
        server eyelid ${server}
`,
  },
  caddy: {
    args: (folder) => ['run', '--adapter', 'caddyfile', '--config', path.join(folder, 'config')],
    config: (port, server) => `{
  admin off
  auto_https off
}
http://:${port} {
  reverse_proxy ${server}
}
`,
  },
};

const isMissing = (name) => (spawnSync('which', [name]).status === 0 ? false : `needs Debian's ${name}`);

/** A request as a browser at that origin sends it; the answer's head, its body still to come. */
function ask(port, target, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, method, path: target, headers: { host: `${NAME}:${port}`, ...headers } }, resolve);
    request.on('error', reject);
    request.setTimeout(20000 * SCALE, () => request.destroy(new Error(`${target}: no answer`)));
    request.end(body);
  });
}

async function text(response) {
  let all = '';
  for await (const bytes of response) all += bytes;
  return all;
}

/** The first picture of a stream whose parts say their length. */
function firstPart(response) {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const late = setTimeout(() => reject(new Error(`${got.length} bytes and no picture`)), 15000 * SCALE);
    response.on('data', (bytes) => {
      got = Buffer.concat([got, bytes]);
      const end = got.indexOf('\r\n\r\n');
      const length = Number(got.subarray(0, end).toString().match(/Content-Length: (\d+)/)?.[1]);
      if (end < 0 || got.length < end + 4 + length) return;
      clearTimeout(late);
      resolve(got.subarray(end + 4, end + 4 + length));
      response.destroy();
    });
  });
}

for (const [name, proxy] of Object.entries(PROXIES)) {
  test(`behind ${name}`, { skip: isMissing(name) }, async (t) => {
    const house = await boot(t, { env: { EYELID_HOSTS: NAME } });
    await house.camera('porch', { size: '64x48', fps: 2 });
    const port = await freePort(), folder = temporaryFolder(t);
    fs.writeFileSync(path.join(folder, 'config'), proxy.config(port, house.http));
    const running = new Program(name, proxy.args(folder), { HOME: folder }, { command: [name] });
    undoAfter(t, () => running.stop());
    const deadline = performance.now() + 20000 * SCALE;
    for (;;) {
      try { assert.equal((await ask(port, '/healthz')).statusCode, 200); break; } catch (error) {
        if (running.end || performance.now() > deadline) throw new Error(`${error}\n${running.output}`);
        await new Promise((resolve) => { setTimeout(resolve, 50); });
      }
    }
    const origin = `http://${NAME}:${port}`;

    const page = await ask(port, '/', { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(page.statusCode, 200);
    page.destroy();

    // The page's own requests.
    const layout = JSON.stringify({ order: ['porch'], hidden: [], groups: [] });
    const arranged = await ask(port, '/api/v1/layout', { method: 'PUT', body: layout, headers: { origin, 'content-type': 'application/json' } });
    assert.equal(arranged.statusCode, 204, await text(arranged));
    const socket = await house.socket(`ws://127.0.0.1:${port}/api/v1/live`, ['eyelid.live.v1'],
      { origin, headers: { host: `${NAME}:${port}` } });
    await socket.json('hello');
    const camera = await socket.json('camera');
    assert.equal(camera.camera.id, 'porch');

    // Another site's.
    const evil = { origin: 'https://evil.example', 'content-type': 'application/json' };
    assert.equal((await ask(port, '/api/v1/layout', { method: 'PUT', body: layout, headers: evil })).statusCode, 403);

    // Streams are not held back.
    const stream = await ask(port, '/webcam/?action=stream');
    assert.equal(stream.statusCode, 200);
    const jpeg = await firstPart(stream);
    assert.equal(jpeg.readUInt16BE(0), 0xffd8);
    assert.equal(jpeg.readUInt16BE(jpeg.length - 2), 0xffd9);
    const snapshot = await ask(port, '/?action=snapshot');
    assert.equal(snapshot.headers['content-type'], 'image/jpeg');
    snapshot.destroy();
  });
}

test('pages at another port of the same host may show pictures, and change nothing', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '64x48' });
  const other = `http://${house.http.replace(/:\d+$/, ':3000')}`;
  const read = (address, origin, more) => house.get(address, { headers: { origin }, ...more });

  const list = await read('/api/v1/cameras', other);
  assert.equal(list.headers.get('access-control-allow-origin'), other);
  const playlist = await read('/hls/porch/index.m3u8', other);
  assert.equal(playlist.status, 200);
  assert.equal(playlist.headers.get('access-control-allow-origin'), other);
  const [, part] = (await playlist.text()).match(/URI="([^"]+)"/);
  const media = await read(`/hls/porch/${part}`, other);
  assert.equal(media.status, 200);
  assert.equal(media.headers.get('access-control-allow-origin'), other);
  // A request that was held is one of them as well.
  const snapshot = await read('/snapshot/porch.jpg', other);
  assert.equal(snapshot.headers.get('access-control-allow-origin'), other);

  const page = await house.get('/');
  assert.match(page.headers.get('content-security-policy'), /frame-ancestors 'self' http:\/\/127\.0\.0\.1:\* /);
  assert.equal((await house.get('/player.js')).headers.get('access-control-allow-origin'), '*');

  // Its WebSocket may watch; the owner's rights are not lent.
  const socket = await house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'], { origin: other });
  const hello = await socket.json('hello');
  assert.equal(hello.type, 'hello');
  socket.send({ type: 'start', camera: 'porch', rendition: 'jpeg' });
  await socket.binary();
  socket.send({ type: 'set', camera: 'porch', values: { quality: 10 }, request: 1 });
  const refusal = await socket.next((m) => m.type === 'error' || m.type === 'problem' || m.type === 'refused', 'a refusal');
  assert.match(JSON.stringify(refusal), /not-allowed/);
  const change = await read('/api/v1/cameras/porch', other, { method: 'PATCH', body: '{"name":"x"}',
    headers: { origin: other, 'content-type': 'application/json' } });
  assert.equal(change.status, 403);

  assert.equal((await read('/api/v1/cameras', 'https://evil.example')).status, 403);
});
