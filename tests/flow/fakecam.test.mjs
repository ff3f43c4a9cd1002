// The mock camera against a server that is this test: docs/protocol.md, section 1, from the device's side.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { sizeOf } from '../lib/pictures.mjs';
import { freePort, Program, SCALE, sleep, temporaryFolder, undoAfter, waitFor } from './harness.mjs';

const DARK = 2, STILL = 1; // flags of a frame

/** One connection of the camera; messages wait in order until they are asked for. */
class Connection {
  constructor(ws, request) {
    Object.assign(this, { ws, request, messages: [], raw: Buffer.alloc(0) });
    ws.on('message', (bytes, isBinary) => this.messages.push({ bytes, isBinary }));
    ws.on('close', (code) => { this.code = code; });
    request.socket.prependListener('data', (bytes) => {
      if (this.raw.length < 16) this.raw = Buffer.concat([this.raw, bytes]);
    });
  }

  async next() {
    await waitFor('a message of the camera', () => this.messages.length || this.code, 10000);
    return this.messages.shift() ?? { end: this.code };
  }

  send(message) { this.ws.send(JSON.stringify(message)); }

  /** Skips frames until a text; {text, frames: how many were skipped}. */
  async text() {
    for (let frames = 0;; frames++) {
      const { bytes, isBinary, end } = await this.next();
      assert.equal(end, undefined, `closed with ${end}`);
      if (!isBinary) return { frames, text: JSON.parse(bytes.toString()) };
    }
  }

  /** The next message, which is a frame with the header of the protocol. */
  async frame() {
    const { bytes, isBinary } = await this.next();
    assert.ok(isBinary, `expected a frame, got ${bytes}`);
    assert.deepEqual([...bytes.subarray(0, 3)], [0x45, 0x44, 1]);
    const jpeg = bytes.subarray(16);
    return { flags: bytes[3], sequence: bytes.readUInt32BE(4), captureUs: Number(bytes.readBigInt64BE(8)), jpeg };
  }

  async start(wish = {}) {
    this.send({ type: 'start', ...wish });
    const { text } = await this.text();
    assert.deepEqual([text.type, text.state], ['state', 'streaming']);
  }
}

class Server {
  constructor(port) {
    this.connections = [];
    this.http = http.createServer().listen(port, '127.0.0.1');
    const accept = (protocols) => protocols.has('eyelid.device.v1') && 'eyelid.device.v1';
    this.wss = new WebSocketServer({ server: this.http, handleProtocols: accept });
    this.wss.on('connection', (ws, request) => this.connections.push(new Connection(ws, request)));
    this.ready = new Promise((resolve) => this.http.once('listening', resolve));
  }

  async accepts() {
    await waitFor('the camera connects', () => this.connections.length, 20000);
    return this.connections.shift();
  }

  close() {
    for (const ws of this.wss.clients) ws.terminate();
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(resolve));
  }
}

async function listen(t, port = 0) {
  const server = new Server(port);
  await server.ready;
  undoAfter(t, () => server.close());
  server.port = server.http.address().port;
  return server;
}

function launch(t, port, options) {
  const camera = new Program('eyelid-fakecam', ['--url', `ws://127.0.0.1:${port}/`, ...options.split(' ').filter(Boolean)]);
  undoAfter(t, async () => {
    const wasRunning = !camera.end;
    const { code } = await camera.stop();
    if (wasRunning) assert.equal(code, 0, camera.output);
    assert.doesNotMatch(camera.output, /Sanitizer|runtime error:/);
  });
  return camera;
}

/** A camera that has said hello. */
async function controlled(t, options) {
  const server = await listen(t);
  const camera = launch(t, server.port, options);
  const connection = await server.accepts();
  const { text: hello } = await connection.text();
  assert.equal(hello.type, 'hello');
  return { server, camera, connection, hello };
}

test('it identifies itself, and waits', async (t) => {
  const { camera, connection, hello } = await controlled(t, '--id porch --name Porch --battery 81 --size 324x242');
  assert.equal(connection.request.url, '/porch');
  assert.equal(connection.request.headers['sec-websocket-extensions'], undefined);
  assert.match(connection.request.headers.host, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual([hello.id, hello.name, hello.battery], ['porch', 'Porch', 81]);
  connection.send({ type: 'time', server_us: 42 });
  const { text, frames } = await connection.text();
  assert.deepEqual([text.type, text.server_us, frames], ['time', 42, 0]);
  assert.equal((await camera.stop()).code, 0);
});

test('it starts, changes its size and stops', async (t) => {
  const { connection } = await controlled(t, '--fps 30');
  await connection.start({ fps: 60, width: 320, height: 240 });
  let before = 0;
  for (let i = 0; i < 10; i++) {
    const { flags, sequence, captureUs, jpeg } = await connection.frame();
    assert.deepEqual([flags, sequence, sizeOf(jpeg)], [0, i, '320x240']);
    assert.ok(captureUs > before);
    before = captureUs;
  }
  connection.send({ type: 'start', fps: 60, width: 160, height: 120 });
  let size;
  do size = sizeOf((await connection.frame()).jpeg); while (size === '320x240');
  assert.equal(size, '160x120');
  connection.send({ type: 'stop' });
  assert.equal((await connection.text()).text.state, 'idle');
  connection.send({ type: 'time', server_us: 1 });
  assert.equal((await connection.text()).frames, 0);
});

test('settings are confirmed, except unknown ones', async (t) => {
  const { connection } = await controlled(t, '--size 160x120');
  connection.send({ type: 'set', values: { brightness: 2, shine: 1 } });
  const { text } = await connection.text();
  assert.equal(text.type, 'values');
  assert.equal(text.values.brightness, 2);
  assert.ok(!('shine' in text.values));
});

test('it takes stills idle and streaming', async (t) => {
  const { connection } = await controlled(t, '--fps 30 --size 160x120');
  const still = async (request) => {
    let frame;
    do frame = await connection.frame(); while (!(frame.flags & STILL));
    assert.deepEqual([frame.sequence, sizeOf(frame.jpeg)], [request, '1600x1200']);
    const { text } = await connection.text();
    assert.deepEqual([text.type, text.request, text.ok], ['captured', request, true]);
  };
  connection.send({ type: 'capture', request: 7 });
  await still(7);
  await connection.start();
  for (const request of [8, 9]) {
    connection.send({ type: 'capture', request });
    await still(request);
  }
});

test('it comes back after a broken connection, and waits to be started again', async (t) => {
  const { server, connection } = await controlled(t, '--fps 30');
  await connection.start();
  connection.ws.terminate();
  const again = await server.accepts();
  assert.equal((await again.text()).text.type, 'hello');
  again.send({ type: 'time', server_us: 1 });
  const { text, frames } = await again.text();
  assert.deepEqual([text.type, frames], ['time', 0]);
});

test('it finds a server that starts later', async (t) => {
  const port = await freePort();
  const camera = launch(t, port, '');
  await sleep(300 * SCALE); // its first try fails meanwhile
  const server = await listen(t, port);
  assert.equal((await (await server.accepts()).text()).text.type, 'hello');
  assert.equal(camera.end, undefined);
});

test('it sleeps by itself, and returns', async (t) => {
  const { server, connection } = await controlled(t, '--doze 0.1/0.5');
  const { text } = await connection.text();
  assert.deepEqual([text.state, text.wake_in_s], ['sleeping', 1]);
  assert.equal((await connection.next()).end, 1000);
  assert.equal((await (await server.accepts()).text()).text.type, 'hello');
});

test('dark frames come first after each start', async (t) => {
  const { connection } = await controlled(t, '--dark 3 --fps 60 --size 160x120');
  for (let start = 0; start < 2; start++) {
    await connection.start();
    for (let i = 0; i < 5; i++) assert.equal((await connection.frame()).flags, i < 3 ? DARK : 0);
    connection.send({ type: 'stop' });
    assert.equal((await connection.text()).text.state, 'idle');
  }
});

test('a plain device just pushes: whole, in fragments of 1 KiB, in base64', async (t) => {
  for (const [fault, opcode] of [['', 0x82], ['--fault fragment', 0x02], ['--fault base64', 0x81]]) {
    const server = await listen(t);
    const camera = launch(t, server.port, `--plain --id shed --fps 30 --size 320x240 ${fault}`);
    const connection = await server.accepts();
    assert.equal(connection.request.url, '/shed');
    assert.equal(connection.request.headers['sec-websocket-protocol'], undefined);
    for (let i = 0; i < 3; i++) {
      const { bytes, isBinary } = await connection.next();
      assert.equal(isBinary, opcode !== 0x81);
      assert.equal(sizeOf(isBinary ? bytes : Buffer.from(bytes.toString(), 'base64')), '320x240');
    }
    // RFC 6455, 5.2: opcode and FIN, then mask bit and length.
    assert.equal(connection.raw[0], opcode);
    if (opcode === 0x02) assert.deepEqual([...connection.raw.subarray(1, 4)], [0x80 | 126, 1024 >> 8, 1024 & 0xff]);
    await camera.stop();
  }
});

test('faults arrive when they are due', async (t) => {
  const { connection } = await controlled(t, '--fault no-eoi:3,wrong-size:4,text-junk:5 --fps 60 --size 320x240');
  connection.send({ type: 'start' });
  assert.equal((await connection.text()).text.state, 'streaming');
  for (let i = 1; i <= 20; i++) {
    const { bytes, isBinary } = await connection.next();
    assert.equal(isBinary, i % 5 !== 0);
    if (!isBinary) continue;
    const hasEnd = bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
    assert.equal(hasEnd, i % 3 !== 0);
    if (hasEnd) assert.equal(sizeOf(bytes.subarray(16)), Math.floor(i / 4) % 2 ? '160x120' : '320x240');
  }
});

test('its clock jumps, and it pauses', async (t) => {
  const jumping = await controlled(t, '--fault clock-jump:2 --fps 60 --size 160x120');
  await jumping.connection.start();
  const times = [];
  for (let i = 0; i < 12; i++) times.push((await jumping.connection.frame()).captureUs);
  const steps = times.slice(1).map((time, i) => time - times[i]);
  const jumps = steps.filter((us) => us < 0 || us > 60e6).length;
  assert.ok(jumps >= 3 && jumps <= 6, `${jumps} jumps`);

  const stalling = await controlled(t, '--fault stall:400:4 --fps 60 --size 160x120');
  await stalling.connection.start();
  let before, longest = 0;
  for (let i = 0; i < 6; i++) {
    const { captureUs } = await stalling.connection.frame();
    longest = Math.max(longest, captureUs - (before ?? captureUs));
    before = captureUs;
  }
  assert.ok(longest >= 390000, `${longest} us`);
});

test('a planned break breaks, and it comes back', async (t) => {
  const server = await listen(t);
  launch(t, server.port, '--plain --fault disconnect:1 --size 160x120');
  const connection = await server.accepts();
  while ((await connection.next()).isBinary);
  await server.accepts();
});

test('a choked connection gets no stale frames', async (t) => {
  const { connection } = await controlled(t, '--fps 60 --size 1600x1200');
  await connection.start();
  connection.ws.pause();
  await sleep(2500); // reads nothing: more frames fall due than the buffers hold
  connection.ws.resume();
  let before, longest = 0, first;
  for (let i = 0; i < 120 && longest <= 500000; i++) {
    const { sequence, captureUs } = await connection.frame();
    first ??= sequence;
    assert.equal(sequence, first + i); // what was skipped was never taken
    longest = Math.max(longest, captureUs - (before ?? captureUs));
    before = captureUs;
  }
  assert.ok(longest > 500000, `${longest} us`);
});

test('a file is sent over and over', async (t) => {
  const drawing = await listen(t);
  const artist = launch(t, drawing.port, '--plain --fps 30 --size 160x120');
  const drawn = await drawing.accepts();
  const pictures = [(await drawn.next()).bytes, (await drawn.next()).bytes];
  assert.equal((await artist.stop('SIGINT')).code, 0);
  const file = path.join(temporaryFolder(t), 'two.mjpeg');
  fs.writeFileSync(file, Buffer.concat(pictures));
  const server = await listen(t);
  launch(t, server.port, `--plain --fps 60 --from ${file}`);
  const connection = await server.accepts();
  for (let i = 0; i < 5; i++) assert.ok((await connection.next()).bytes.equals(pictures[i % 2]));
});

test('many cameras come from one process', async (t) => {
  const server = await listen(t);
  const camera = launch(t, server.port, '--cameras 5 --id yard');
  const paths = [];
  for (let i = 0; i < 5; i++) {
    const connection = await server.accepts();
    assert.equal((await connection.text()).text.type, 'hello');
    paths.push(connection.request.url);
  }
  assert.deepEqual(paths.sort(), [1, 2, 3, 4, 5].map((n) => `/yard-${n}`));
  assert.equal((await camera.stop()).code, 0);
});

test('it ends while no server answers, and while it waits to reconnect', async (t) => {
  const deaf = http.createServer();
  let knocked = false;
  deaf.on('connection', () => { knocked = true; });
  deaf.on('upgrade', () => {}); // no answer
  await new Promise((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  undoAfter(t, () => { deaf.closeAllConnections(); deaf.close(); });
  const knocking = launch(t, deaf.address().port, '');
  await waitFor('it has knocked', () => knocked);
  assert.equal((await knocking.stop()).code, 0);
  deaf.closeAllConnections();

  const { server, camera } = await controlled(t, '');
  await server.close();
  assert.equal((await camera.stop('SIGINT')).code, 0);
});

test('wrong options end it with 2', async (t) => {
  for (const options of ['--size 1x1', '--from /nowhere', '--motion /nowhere', '--motion 1;2']) {
    assert.equal((await launch(t, 1, options).ended).code, 2, options);
  }
});
