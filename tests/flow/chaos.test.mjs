// All kinds of clients at once, and none behaves: pages, HTTP viewers and devices that come, ask for anything,
// stall and vanish in the middle. Afterwards nothing may be left of them: no lease, no connection,
// and a server that ends in peace (under the sanitizers too: leaks and races are found here).
//
// CHAOS_SECONDS (4) and CHAOS_SEED (1) for longer runs and other ones.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { boot, SCALE, sleep, waitFor } from './harness.mjs';

const SECONDS = Number(process.env.CHAOS_SECONDS ?? 4);
const IDS = ['one', 'two', 'plain', 'ghost', 'nobody'];

// mulberry32: the same seed gives the same wishes; what the network makes of them differs.
let seed = Number(process.env.CHAOS_SEED ?? 1);
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const oneOf = (list) => list[Math.floor(random() * list.length)];
const upTo = (n) => Math.floor(random() * n);

const pageMessage = (i) => oneOf([
  { type: 'start', camera: oneOf(IDS), rendition: oneOf(['h264', 'jpeg']), width: oneOf([0, 160, 640]) },
  { type: 'start', camera: oneOf(IDS), rendition: 'h264' },
  { type: 'stop', camera: oneOf(IDS) },
  { type: 'key', camera: oneOf(IDS) },
  { type: 'capture', camera: oneOf(IDS), request: i + 1 },
  { type: 'set', camera: oneOf(IDS), request: i + 1, values: { [oneOf(['brightness', 'mirror', 'zoom'])]: oneOf([1, true, -9]) } },
  { type: 'ping', t: 1.5 }, { type: 'x' }, 7,
]);

async function page(house) {
  const socket = await house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1']);
  const stalls = random() < 0.2;
  if (stalls) socket.ws._socket.pause();
  for (let i = upTo(20); i >= 0 && !socket.end; i--) {
    socket.send(pageMessage(i));
    await sleep(upTo(150));
    socket.queue.length = 0;
  }
  // One that says goodbye and then neither reads nor goes is waited for as long as one that stalls.
  if (random() < 0.5 && !stalls) socket.ws.close(1000);
  else socket.close();
}

const requestLine = () => oneOf(['GET /stream/ID.mp4', 'GET /stream/ID.mjpg', 'GET /stream/ID.mjpg?classic',
  'GET /snapshot/ID.jpg', 'POST /api/v1/cameras/ID/capture', 'GET /api/v1/cameras/ID', 'HEAD /stream/ID.mp4',
]).replace('ID', oneOf(IDS));

async function viewer(house) {
  const [host, port] = house.http.split(':');
  const socket = net.connect(Number(port), host);
  socket.on('error', () => {});
  if (random() < 0.8) socket.resume(); // the others never read
  socket.write(`${requestLine()} HTTP/1.1\r\nHost: ${house.http}\r\n\r\n`);
  if (random() < 0.3) socket.write(`GET /metrics HTTP/1.1\r\nHost: ${house.http}\r\n\r\n`);
  await sleep(upTo(1000));
  if (random() < 0.3) socket.resetAndDestroy();
  else socket.destroy();
}

const HELLO = { type: 'hello', name: 'Ghost', controls: [
  { name: 'brightness', type: 'int', min: -2, max: 2, value: 0 }, { name: 'mirror', type: 'bool', value: false }] };

const deviceMessage = () => oneOf([
  { type: 'time', server_us: oneOf([1, 1e12]), device_us: oneOf([5, Number.MAX_SAFE_INTEGER]) },
  { type: 'captured', request: 1 + upTo(9), ok: random() < 0.5 },
  { type: 'state', state: 'sleeping', wake_in_s: 5 },
  { type: 'values', values: { brightness: 2 } }, { type: 'z', battery: 5 }, HELLO, 'no message',
]);

function deviceFrame(jpeg, controlled) {
  const body = oneOf([jpeg, jpeg, jpeg, jpeg.subarray(0, -2), Buffer.alloc(0), Buffer.from('no picture')]);
  if (!controlled || random() < 0.1) return body;
  const head = Buffer.from([0x45, 0x44, 1, oneOf([0, 0, 0, 1, 2]), 0, 0, 0, upTo(4), 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(oneOf([0n, 5000000n, 2n ** 63n - 1n, 2n ** 64n - 1n]), 8);
  return Buffer.concat([head, body]);
}

async function device(house, jpeg) {
  const controlled = random() < 0.6;
  const socket = await house.socket(`${house.deviceUrl}/${oneOf(['ghost', 'ghost', '', 'new-1', 'new-2'])}`,
    controlled ? ['eyelid.device.v1'] : []);
  if (controlled && random() < 0.9) socket.send(HELLO);
  for (let i = upTo(40); i >= 0 && !socket.end; i--) {
    const frame = deviceFrame(jpeg, controlled);
    const how = random();
    if (how < 0.7) socket.send(frame);
    else if (how < 0.8) socket.ws.send(frame.toString('base64'));
    else if (how < 0.9) socket.send(deviceMessage());
    else for (let at = 0; at <= frame.length; at += 1024) // as esp_websocket_client sends it
      socket.ws.send(frame.subarray(at, at + 1024), { binary: true, fin: at + 1024 > frame.length });
    await sleep(upTo(40));
    socket.queue.length = 0;
  }
  socket.close();
}

test('many misbehaving clients at once', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '0' } });
  await house.camera('one');
  await house.camera('two');
  await house.camera('plain', { args: ['--plain'] });
  const jpeg = Buffer.from(await (await house.get('/snapshot/plain.jpg')).arrayBuffer());
  const end = Date.now() + SECONDS * 1000;
  let done = 0;
  const again = async (act) => {
    while (Date.now() < end) {
      // Being refused or hung up on is what they ask for.
      await act(house, jpeg).catch(() => sleep(50));
      done++;
    }
  };
  await Promise.all([page, page, page, page, viewer, viewer, viewer, viewer, device, device, device].map(again));
  assert.ok(done > 10);

  let left;
  await waitFor('nothing is left of them', async () => {
    const { cameras } = await house.json('/api/v1/cameras');
    left = cameras.filter(({ why, state }) => why.length > 0 || !['asleep', 'offline'].includes(state));
    return left.length === 0 && (await house.metric('eyelid_pages')) === 0
      && (await house.metric('eyelid_websockets')) === 3;
  }, 10000).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(left)}`));
  t.diagnostic(`${done} visits, time scale ${SCALE}`);
});
