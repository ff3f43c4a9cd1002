// One attack on a server, as a process so that it costs the bench's own loop nothing:
//   node attacker.mjs KIND HTTP_PORT DEVICE_PORT SECONDS
// Says "on" when it runs at full size. What each one does is told in bench/attacks.mjs.
import http from 'node:http';
import net from 'node:net';
import { WebSocket } from '../tests/lib/live.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { greyJpeg } from './grey_jpeg.mjs';

const [kind, page, devices, seconds] = process.argv.slice(2);
const end = performance.now() + seconds * 1000;
const url = `http://127.0.0.1:${page}`;

const opened = (socket) => new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); });

async function device(id, hello) {
  const socket = new WebSocket(`ws://127.0.0.1:${devices}/${id}`, hello ? ['eyelid.device.v1'] : [], { perMessageDeflate: false });
  await opened(socket);
  socket.on('error', () => {});
  if (hello) socket.send(JSON.stringify({ type: 'hello', id, ...hello }));
  return socket;
}

async function live() {
  const socket = new WebSocket(`ws://127.0.0.1:${page}/api/v1/live`, 'eyelid.live.v1', { perMessageDeflate: false });
  await opened(socket);
  socket.on('error', () => {});
  return socket;
}

// Sends `message` on each socket, `rate` bytes a second on all together, and not more than they take.
async function flood(sockets, message, rate) {
  const begin = performance.now();
  let sent = 0;
  while (performance.now() < end) {
    for (const socket of sockets) {
      if (socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > 4 * message.length) continue;
      socket.send(message);
      sent += message.length;
    }
    await sleep(Math.max(1, begin + sent / rate * 1000 - performance.now()));
  }
}

const controls = (n) => Array.from({ length: n }, (_, i) => ({ name: `c${i}`, type: 'int', min: 0, max: 1000, value: 0 }));
const many = (n, make) => Promise.all(Array.from({ length: n }, (_, i) => make(i)));

// An HTTP camera that answers with `part` over and over, at `rate` bytes a second.
async function networkCamera(part, rate) {
  const body = Buffer.from(part.repeat(Math.ceil(65536 / part.length)));
  const server = http.createServer(async (request, answer) => {
    answer.setMaxListeners(0);
    answer.writeHead(200, { 'content-type': 'multipart/x-mixed-replace;boundary=a' });
    answer.write('--a\r\n');
    const begin = performance.now();
    for (let sent = 0; !answer.destroyed; sent += body.length) {
      if (!answer.write(body)) await new Promise((resolve) => { answer.once('drain', resolve); answer.once('close', resolve); });
      await sleep(Math.max(0, begin + sent / rate * 1000 - performance.now()));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await fetch(`${url}/api/v1/cameras`, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'http', id: 'evil', url: `http://127.0.0.1:${server.address().port}/` }) });
}

const ATTACKS = {
  none: async () => {},
  async values() {
    const values = Object.fromEntries(controls(64).map(({ name }, i) => [name, i]));
    const sockets = await many(32, (i) => device(`evil${i}`, { controls: controls(64) }));
    flood(sockets, JSON.stringify({ type: 'values', values }), 13e6);
  },
  async unwanted() {
    const jpeg = greyJpeg(640, 480, 120_000);
    flood(await many(8, (i) => device(`evil${i}`)), jpeg, 40e6);
  },
  async base64() {
    const text = greyJpeg(640, 480, 120_000).toString('base64');
    flood(await many(8, (i) => device(`evil${i}`)), text, 40e6);
  },
  async unfinished() {
    const head = Buffer.from([0x02, 0xff, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0]); // 4 MiB, binary, not the last fragment
    await many(128, async (i) => {
      const socket = await device(`evil${i}`, i % 2 ? {} : null);
      socket._socket.write(Buffer.concat([head, Buffer.alloc((4 << 20) - 2)]));
    });
  },
  async parts() {
    await networkCamera('--a\r\n\r\n', 26e6);
    (await live()).send(JSON.stringify({ type: 'start', camera: 'evil', rendition: 'jpeg' }));
  },
  async battery() {
    const sockets = await many(20, (i) => device(`evil${i}`, { battery: 1 }));
    for (let n = 0; performance.now() < end; n++) {
      for (const socket of sockets) socket.send(JSON.stringify({ type: 'state', state: 'idle', battery: n % 2 }));
      await sleep(5);
    }
  },
  async pixels() {
    const jpeg = greyJpeg(4096, 2304, 37_000), plain = await device('evil');
    plain.send(jpeg);
    await sleep(300);
    (await live()).send(JSON.stringify({ type: 'start', camera: 'evil', rendition: 'h264' }));
    flood([plain], jpeg, 37_000 * 30);
  },
  async stalled() {
    const jpeg = greyJpeg(640, 480, 4_000_000), plain = await device('evil');
    plain.send(jpeg);
    await sleep(300);
    await many(300, async () => {
      const socket = await live();
      socket.send(JSON.stringify({ type: 'start', camera: 'evil', rendition: 'jpeg' }));
      socket._socket.pause();
    });
    flood([plain], jpeg, 4_000_000 * 5);
  },
  async renditions() {
    const jpeg = greyJpeg(3840, 2160, 40_000), plain = await device('evil');
    plain.send(jpeg);
    flood([plain], jpeg, 40_000 * 15);
    const socket = await live();
    for (let n = 0; performance.now() < end; n++) {
      socket.send(JSON.stringify({ type: 'start', camera: 'evil', rendition: n % 2 ? 'jpeg' : 'h264' }));
      await sleep(22);
    }
  },
  async silent() {
    const connect = (i) => new Promise((resolve) => {
      const socket = net.connect({ port: page, host: '127.0.0.1', localAddress: `127.0.${1 + i % 8}.${2 + (i >> 5) % 200}` });
      socket.on('connect', resolve);
      socket.on('error', resolve);
    });
    for (let i = 0; i < 4500; i += 100) await many(100, (n) => connect(i + n));
  },
  async ids() {
    for (let n = 0; performance.now() < end; n++) {
      const socket = new WebSocket(`ws://127.0.0.1:${devices}/junk${n}`, ['eyelid.device.v1'], { perMessageDeflate: false });
      socket.on('error', () => {});
      socket.on('open', () => { socket.send(JSON.stringify({ type: 'hello', id: `junk${n}` })); setTimeout(() => socket.terminate(), 200); });
      await sleep(10);
    }
  },
};

const running = ATTACKS[kind]();
if (!['battery', 'renditions', 'ids'].includes(kind)) await running;
console.log('on');
setTimeout(() => process.exit(0), end - performance.now());
