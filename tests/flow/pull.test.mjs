// Network cameras: eyelid against cameras that it connects to, some pretended, some of other makers.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { picture, sizeOf } from '../lib/pictures.mjs';
import { rawServer, WebcamServer } from '../lib/webcam-server.mjs';
import { boot, freePort, KIND, liveHead, temporaryFolder, waitFor } from './harness.mjs';

const LOOPBACK = { EYELID_PULL_ALLOW: '127.0.0.1 ::1', EYELID_LINGER_S: '0' };

/** A server that knows network cameras: { porch: URL }. They are put where it remembers them. */
async function houseWith(t, cameras, { env = LOOPBACK } = {}) {
  const house = await boot(t, { env });
  await house.server.stop();
  const rows = Object.entries(cameras).map(([id, url]) => [id, id, url]);
  const script = `import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executemany("INSERT INTO camera (id, name, source, address, adopted) VALUES (?, ?, 'mjpeg', ?, 1)", json.loads(sys.argv[2]))
db.commit()`;
  const done = spawnSync('python3', ['-c', script, path.join(house.data, 'eyelid.db'), JSON.stringify(rows)]);
  assert.equal(done.status, 0, String(done.stderr));
  await house.start();
  return house;
}

/** The next live picture of this camera on this page. */
async function nextPicture(page, stream) {
  for (;;) {
    const head = liveHead(await page.binary(20000));
    if (head.kind === KIND.jpeg && head.stream === stream) return head.unit;
  }
}

async function look(house, id = 'porch') {
  const page = await house.page();
  page.send({ type: 'start', camera: id, rendition: 'jpeg' });
  page.stream = (await page.json('started')).stream;
  return page;
}

/** The error that the owner sees when a viewer starts the camera. */
async function troubleOf(house, pattern, id = 'porch') {
  const page = await look(house, id);
  const { error } = await waitFor(`${id} says ${pattern}`, async () => {
    const camera = await house.describe(id);
    return pattern.test(camera.error ?? '') && camera;
  }, 15000);
  page.close();
  return error;
}

const controlOf = (camera, name) => camera.controls.find((control) => control.name === name);

test('no connection without viewers, one for three viewers', async (t) => {
  const device = await new WebcamServer().start(t);
  const house = await houseWith(t, { porch: device.url });
  await house.state('porch', 'asleep');
  assert.equal(device.connections, 0);
  const pages = await Promise.all([look(house), look(house), look(house)]);
  for (const page of pages) assert.equal(sizeOf(await nextPicture(page, page.stream)), '640x480');
  assert.equal(device.connections, 1);
  assert.equal(device.watching.size, 1);
  for (const page of pages) page.close();
  await waitFor('it is let go', () => device.watching.size === 0);
  await house.state('porch', 'asleep');
  await look(house);
  await waitFor('it is there again', () => device.watching.size === 1);
  assert.equal(device.connections, 2);
});

test('h264 of a network camera', async (t) => {
  const device = await new WebcamServer().start(t);
  const house = await houseWith(t, { porch: device.url });
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  await page.json('started');
  await page.next((m) => Buffer.isBuffer(m) && liveHead(m).kind === KIND.chunk, 'a chunk', 20000);
});

test('CameraWebServer is recognised, its settings reach it and survive its restart', async (t) => {
  const device = await new WebcamServer().start(t);
  const house = await houseWith(t, { porch: device.url });
  const page = await look(house);
  const camera = await waitFor('it has controls', async () => {
    const found = await house.describe('porch');
    return found.controls.length > 0 && found;
  });
  assert.equal(camera.model, 'OV2640');
  assert.equal(controlOf(camera, 'size').value, '640x480');
  assert.equal(controlOf(camera, 'size').options.at(-1), '1600x1200');
  assert.deepEqual([controlOf(camera, 'quality').min, controlOf(camera, 'quality').max], [4, 63]);
  assert.equal(controlOf(camera, 'aec_value').auto, 'aec');
  assert.equal(controlOf(camera, 'led_intensity'), undefined);
  assert.equal(controlOf(camera, 'awb').value, true);

  page.send({ type: 'set', camera: 'porch', request: 1, values: { size: '800x600', brightness: -2, wb_mode: 'home', vflip: true } });
  assert.equal((await page.json('set-done')).ok, true);
  await waitFor('they arrived', () => device.commands.length === 4);
  assert.deepEqual([...device.commands].sort(), ['brightness=-2', 'framesize=11', 'vflip=1', 'wb_mode=4']);
  await waitFor('pictures follow', async () => sizeOf(await nextPicture(page, page.stream)) === '800x600');

  page.send({ type: 'set', camera: 'porch', request: 2, values: { brightness: 3 } });
  assert.match((await page.json('set-done')).message, /brightness must be -2 to 2/);

  device.commands.length = 0;
  device.restart();
  await waitFor('it is asked again, and told again', () => device.status.brightness === -2 && device.status.framesize === 11, 20000);
  page.close();

  /* Settings do not need a viewer. */
  await waitFor('it is let go', () => device.watching.size === 0);
  const response = await house.get('/api/v1/cameras/porch/settings', {
    method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"brightness":1}' });
  assert.equal(response.status, 202);
  await waitFor('it arrived', () => device.status.brightness === 1);
  assert.equal(device.watching.size, 0);
});

test('a camera that failed while lingering comes back for clients that poll', async (t) => {
  const device = await new WebcamServer().start(t);
  const house = await houseWith(t, { porch: device.url }, { env: { ...LOOPBACK, EYELID_LINGER_S: '60' } });
  const poll = async () => {
    const response = await house.get('/stream/porch.mjpg'); // answered with the first picture
    await response.body.cancel();
    return response.status === 200;
  };
  assert.ok(await poll());
  await house.state('porch', 'lingering');
  device.restart();
  await waitFor('there are pictures again', poll, 20000);
  assert.equal(device.connections, 2);
});

test('a still has the full size, and viewers do not see it', async (t) => {
  const device = await new WebcamServer().start(t);
  const house = await houseWith(t, { porch: device.url });
  const page = await look(house);
  await waitFor('it has controls', async () => (await house.describe('porch')).controls.length > 0);
  let others = 0, seen = 0, over = false;
  const watching = (async () => {
    for (;;) {
      const size = sizeOf(await nextPicture(page, page.stream));
      seen++;
      if (size !== '640x480') others++;
      if (over) return;
    }
  })();
  const response = await house.get('/api/v1/cameras/porch/capture', { method: 'POST' });
  assert.equal(response.status, 200);
  assert.equal(sizeOf(Buffer.from(await response.arrayBuffer())), '1600x1200');
  await waitFor('the size is as before', () => device.status.framesize === 10);
  assert.deepEqual(device.commands, ['framesize=15', 'framesize=10']);
  over = true;
  await watching;
  assert.equal(others, 0);
  assert.ok(seen > 0);
});

for (const [values, command, size] of [[{ brightness: 1 }, 'brightness=1', 10], [{ size: '800x600' }, 'framesize=11', 11]]) {
  test(`a still right after ${command}`, async (t) => {
    const device = await new WebcamServer({ patience: 150 }).start(t);
    const house = await houseWith(t, { porch: device.url });
    await look(house);
    await waitFor('it has controls', async () => (await house.describe('porch')).controls.length > 0);
    const response = await house.get('/api/v1/cameras/porch/settings', {
      method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values) });
    assert.equal(response.status, 202);
    const still = await house.get('/api/v1/cameras/porch/capture', { method: 'POST' });
    assert.equal(sizeOf(Buffer.from(await still.arrayBuffer())), '1600x1200');
    await waitFor('the size is restored', () => device.commands.length === 3);
    assert.deepEqual(device.commands, [command, 'framesize=15', `framesize=${size}`]);
  });
}

test('concurrent requests share one still', async (t) => {
  const device = await new WebcamServer({ patience: 150 }).start(t);
  const house = await houseWith(t, { porch: device.url });
  await look(house);
  await waitFor('it has controls', async () => (await house.describe('porch')).controls.length > 0);
  const capture = (signal) => house.get('/api/v1/cameras/porch/capture', { method: 'POST', signal });
  await assert.rejects(capture(AbortSignal.timeout(100))); // a client that leaves does not block others
  const answers = await Promise.all([capture(), capture(), capture()]);
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
  await waitFor('the size is restored', () => device.commands.length === 2);
  assert.deepEqual(device.commands, ['framesize=15', 'framesize=10']);
});

test('an older numbering of sizes is recognised by the pictures', async (t) => {
  const device = await new WebcamServer().start(t);
  device.status.framesize = 10; // 640x480 by the newest count
  const old = http.createServer((request, response) => {
    // The same device behind a number that means 640x480 in 2020.
    const status = { ...device.registers, ...device.status, framesize: 8 };
    response.setHeader('Content-Type', 'application/json');
    response.end(request.url === '/status' ? JSON.stringify(status) : '');
    if (request.url.startsWith('/control')) device.commands.push(request.url);
  });
  device.control.removeAllListeners('request');
  device.control.on('request', (...args) => old.emit('request', ...args));
  const house = await houseWith(t, { porch: device.url });
  const page = await look(house);
  const camera = await waitFor('it has controls', async () => {
    const found = await house.describe('porch');
    return found.controls.length > 0 && found;
  });
  assert.equal(controlOf(camera, 'size').value, '640x480');
  page.send({ type: 'set', camera: 'porch', request: 1, values: { size: '1024x768' } });
  await waitFor('the command', () => device.commands.includes('/control?var=framesize&val=10'));
});

test('a picture that is polled', async (t) => {
  let asked = 0, connections = 0;
  const server = http.createServer((request, response) => {
    asked++;
    assert.equal(request.headers.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
    response.setHeader('Content-Type', 'image/jpeg');
    response.end(picture('320x240'));
  });
  server.on('connection', () => connections++);
  server.on('request', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.close(); server.closeAllConnections(); });
  // Basic authorization is asked for first, as it should be.
  const [first] = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (request.headers.authorization) return first(request, response);
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="camera"' });
    return response.end('no');
  });
  const house = await houseWith(t, { porch: `http://me:secret@127.0.0.1:${server.address().port}/shot.jpg?pwd=secret` });
  const page = await look(house);
  const begin = performance.now();
  for (let i = 0; i < 6; i++) assert.equal(sizeOf(await nextPicture(page, page.stream)), '320x240');
  assert.ok(asked <= 2 + (performance.now() - begin) / 200 + 1, 'at most five a second');
  assert.equal(connections, 1);
  const camera = await house.describe('porch');
  assert.equal(camera.address, `http://***@127.0.0.1:${server.address().port}/shot.jpg?...`);
  assert.doesNotMatch(house.server.output + JSON.stringify(camera), /secret/);
  page.close();
  await waitFor('it is let go', () => new Promise((resolve) => {
    server.getConnections((error, n) => resolve(n === 0));
  }));
});

test('denied addresses (CVE-2026-33126)', async (t) => {
  const server = await rawServer(t, 'HTTP/1.1 200 OK\r\n\r\n');
  const house = await houseWith(t, {
    here: server.url, name: `http://localhost:${server.port}/`, mapped: `http://[::ffff:127.0.0.1]:${server.port}/`,
    cloud: 'http://169.254.169.254/latest/meta-data/', file: 'file:///etc/passwd',
  }, { env: { EYELID_LINGER_S: '0' } });
  assert.match(await troubleOf(house, /./, 'here'), /^127\.0\.0\.1 is a loopback address; pull_allow in eyelid\.conf can allow it$/);
  assert.match(await troubleOf(house, /./, 'name'), /is a loopback address/);
  assert.match(await troubleOf(house, /./, 'mapped'), /is a loopback address/);
  assert.match(await troubleOf(house, /./, 'cloud'), /^169\.254\.169\.254 is the address of a cloud's metadata service/);
  assert.match((await house.describe('file')).error, /invalid camera URL/);
  assert.equal((await house.describe('file')).state, 'offline');
  assert.equal(server.server.connections_ever, undefined);
});

const OWN = Object.values(os.networkInterfaces()).flat().filter(({ internal, scopeid }) => !internal && !scopeid);
test("the server's own addresses are denied", { skip: OWN.length === 0 && 'this machine has only loopback' }, async (t) => {
  const places = OWN.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
  const cameras = Object.fromEntries(places.map((place, i) => [`own${i}`, `http://${place}:9/`]));
  const house = await houseWith(t, cameras);
  for (const id of Object.keys(cameras)) assert.match(await troubleOf(house, /./, id), / is an address of this machine; pull_allow/);
  const response = await house.get('/api/v1/cameras', { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'http', id: 'porch', url: `http://${places[0]}:9/` }) });
  assert.equal(response.status, 422);
  assert.match((await response.json()).detail, / is an address of this machine; pull_allow/);
});

test('servers that are not cameras', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n';
  const raw = (answer) => rawServer(t, answer);
  const flood = (socket) => {
    socket.write(head);
    const more = () => { while (socket.writable && socket.write(Buffer.alloc(1 << 16, 'x'))); };
    socket.on('drain', more);
    more();
  };
  const elsewhere = await raw('HTTP/1.1 200 OK\r\n\r\n');
  const servers = {
    missing: await raw('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
    html: await raw('HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 2\r\n\r\nhi'),
    redirect: await raw(`HTTP/1.1 302 Found\r\nLocation: http://localhost:${elsewhere.port}/\r\nContent-Length: 0\r\n\r\n`),
    other: await raw('SSH-2.0-OpenSSH_9.2\r\n'),
    ended: await raw(`${head}--frame\r\n`),
    nameless: await raw('HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n'),
    promise: await raw(`${head}--frame\r\nContent-Length: 999999999\r\n\r\n`),
    flood: await raw(flood),
    still: await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n');
      socket.write(Buffer.concat([Buffer.from('ffd8ffda0002', 'hex'), Buffer.alloc(5 << 20)]));
    }),
    silent: await raw(() => {}),
    deaf: await raw(() => {}),
    half: await raw((socket) => socket.write(head)),
    endless: await raw((socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20000)}\r\n\r\n`)),
  };
  const gone = await freePort();
  const house = await houseWith(t, {
    gone: `http://127.0.0.1:${gone}/`, nowhere: 'http://no-such-camera.invalid/',
    ...Object.fromEntries(Object.entries(servers).map(([id, { url }]) => [id, url])),
    deaf: servers.deaf.url.replace('http:', 'https:'), // TLS is part of reaching it
  });
  const expected = {
    gone: `connection refused by 127.0.0.1:${gone}`,
    nowhere: 'host not found: no-such-camera.invalid',
    missing: 'PLACE answers 404 Not Found',
    html: 'PLACE sends no JPEG (text/html)',
    redirect: 'PLACE sends an empty answer', // where it led to
    other: 'PLACE sends an invalid HTTP answer',
    ended: 'PLACE sends no JPEG (multipart/x-mixed-replace)',
    nameless: 'PLACE sends an empty answer',
    promise: 'PLACE sends no JPEG (multipart/x-mixed-replace)',
    flood: 'PLACE sends no JPEG (multipart/x-mixed-replace)',
    still: 'PLACE sends a picture larger than 4 MiB',
    silent: 'no answer from PLACE within 10 s',
    deaf: 'connecting to PLACE timed out after 4 s',
    half: 'PLACE sent nothing for 4 s',
    endless: 'PLACE sends headers that are too long',
  };
  await Promise.all(Object.entries(expected).map(async ([id, sentence]) => {
    const place = `127.0.0.1:${servers[id]?.port}`;
    const exactly = new RegExp(`^${sentence.replace('PLACE', place).replace(/[.()]/g, '\\$&')}$`);
    assert.match(await troubleOf(house, exactly, id), exactly);
  }));
  await waitFor('all are let go', () => Object.values(servers).every(({ sockets }) => sockets.size === 0));
});

test('broken pictures are counted and never shown', async (t) => {
  const jpeg = picture('320x240');
  const part = (bytes) => Buffer.concat([Buffer.from(`--frame\nContent-Length: ${bytes.length}\n\n`), bytes, Buffer.from('\n')]);
  const server = await rawServer(t, (socket) => {
    socket.write('HTTP/1.0 200 OK\nContent-Type: multipart/x-mixed-replace;boundary=--frame\n\n');
    const timer = setInterval(() => {
      socket.write(part(jpeg.subarray(0, jpeg.length / 2)));
      socket.write(part(Buffer.from('not a picture')));
      socket.write(part(jpeg));
    }, 50);
    socket.on('close', () => clearInterval(timer));
  });
  const house = await houseWith(t, { porch: server.url });
  const page = await look(house);
  for (let i = 0; i < 5; i++) assert.deepEqual(Buffer.from(await nextPicture(page, page.stream)), jpeg);
  const drops = (reason) => house.metric('eyelid_frames_dropped_total', { camera: 'porch', reason });
  assert.equal(await drops('no-soi'), 0); // a part that is not a picture does not count as broken
  assert.ok(await drops('no-eoi') + await drops('truncated') + await drops('garbage') >= 5);
});

test('an untrusted certificate is refused', async (t) => {
  const folder = temporaryFolder(t);
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']);
  assert.equal(made.status, 0, String(made.stderr));
  let asked = 0;
  const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, (request, response) => {
    asked++;
    response.end();
  });
  server.on('tlsClientError', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.close(); server.closeAllConnections(); });
  const { port } = server.address();
  const house = await houseWith(t, { porch: `https://me:secret@localhost:${port}/` });
  assert.match(await troubleOf(house, /certificate/),
    new RegExp(`^the certificate of localhost:${port} is not trusted: self.signed certificate$`));
  assert.equal(asked, 0);
  const still = await house.get('/snapshot/porch.jpg');
  assert.match(await still.text(), /: the certificate of .* is not trusted/);
  assert.ok([502, 504].includes(still.status), `${still.status}`); // 504: the next try was further away
});

/** A program of others, ended with the test. */
function other(t, program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => { said = (said + bytes).slice(-4096); });
  const ended = new Promise((resolve) => child.on('close', resolve));
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, said: () => said };
}

test('the HTTP server of FFmpeg', async (t) => {
  const port = await freePort();
  const house = await houseWith(t, { porch: `http://127.0.0.1:${port}/` });
  const ffmpeg = other(t, 'ffmpeg', ['-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=15',
    '-pix_fmt', 'yuvj420p', '-f', 'mpjpeg', '-content_type',
    'multipart/x-mixed-replace;boundary=ffmpeg', '-listen', '1', `http://127.0.0.1:${port}/`]);
  const page = await look(house);
  for (let i = 0; i < 5; i++) assert.equal(sizeOf(await nextPicture(page, page.stream)), '320x240', ffmpeg.said());
});

test('motion', async (t) => {
  const [port, folder] = [await freePort(), temporaryFolder(t)];
  const house = await houseWith(t, { porch: `http://127.0.0.1:${port}/` });
  // Without a camera it serves a grey picture that says so.
  const conf = path.join(folder, 'motion.conf');
  fs.writeFileSync(conf, `daemon off\nvideo_device ${folder}/none\nwidth 320\nheight 240\nstream_port ${port}\n` +
    `stream_localhost on\nstream_maxrate 10\nwebcontrol_port 0\ntarget_dir ${folder}\nlog_level 4\n`);
  const motion = other(t, 'motion', ['-n', '-c', conf]);
  const page = await look(house);
  for (let i = 0; i < 2; i++) assert.match(sizeOf(await nextPicture(page, page.stream)), /^\d+x\d+$/, motion.said());
});

test('another eyelid, which sleeps without viewers here', async (t) => {
  const far = await boot(t, { env: { EYELID_LINGER_S: '0' } });
  await far.camera('yard');
  const stream = `${far.url}/stream/yard.mjpg`;
  const house = await houseWith(t, { fast: stream, classic: `${stream}?classic`, still: `${far.url}/snapshot/yard.jpg` });
  for (const id of ['fast', 'classic', 'still']) {
    await far.state('yard', 'asleep');
    const page = await look(house, id);
    for (let i = 0; i < 3; i++) assert.equal(sizeOf(await nextPicture(page, page.stream)), '320x240');
    page.close();
  }
  await far.state('yard', 'asleep');
});

test('added, stored, removed', async (t) => {
  const device = await new WebcamServer().start(t);
  const house = await boot(t, { env: LOOPBACK });
  const add = (body) => house.get('/api/v1/cameras', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ source: 'http', ...body }) });
  assert.equal((await add({ id: 'porch', name: 'Porch', url: device.url })).status, 201);
  let page = await look(house);
  await nextPicture(page, page.stream);
  page.close();
  await waitFor('it is let go', () => device.watching.size === 0);

  await house.server.stop();
  await house.start();
  assert.equal((await house.describe('porch')).name, 'Porch');
  page = await look(house);
  await nextPicture(page, page.stream);
  assert.equal((await house.get('/api/v1/cameras/porch', { method: 'DELETE' })).status, 204);
  await waitFor('it is let go', () => device.watching.size === 0);
  assert.equal(await house.describe('porch'), null);

  for (const [body, status, message] of [
    [{ id: 'porch', url: 'http://169.254.169.254/' }, 422, /^169\.254\.169\.254 is the address of a cloud's metadata service/],
    [{ id: 'porch', url: 'rtsp://cam/' }, 422, /it must start with http:\/\/ or https:\/\//],
    [{ id: 'Porch', url: 'http://cam/' }, 422, /an id is 1 to 32 of a-z, 0-9 and -/],
  ]) {
    const response = await add(body);
    assert.equal(response.status, status);
    assert.match((await response.json()).detail, message);
  }
});
