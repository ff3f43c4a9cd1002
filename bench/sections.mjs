// What script/bench measures. Each section returns rows {name, value, unit, bar?, ok?}: a bar is an upper bound
// ('max') or a lower one ('min').
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { openViewer, WebSocket } from '../tests/lib/live.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { coldStarts } from './cold.mjs';
import { measure } from './glass/glass.mjs';
import { paced, splitJpegs, startPipe } from './pipe.mjs';
import { sleep } from '../tests/lib/wait.mjs';

const FPS = 30, SLEEPING = 100;

export function row(name, value, unit, bar = {}) {
  const ok = bar.max !== undefined ? value <= bar.max : bar.min !== undefined ? value >= bar.min : undefined;
  return { name, value, unit, ...bar, ok };
}
const ms = (us) => us / 1000;

// µs from a JPEG in to its chunk out, one camera fed by this process.
export async function chunkTimes(frames, seconds, config = '') {
  const jpegs = splitJpegs(fs.readFileSync(frames));
  const server = await proc.startServer(config);
  const sent = [], ours = [];
  try {
    const camera = new WebSocket(`ws://127.0.0.1:${server.device}/lat`, { perMessageDeflate: false });
    await new Promise((resolve) => camera.on('open', resolve));
    const viewer = await openViewer(server.url, { chunk: (c) => {
      // A plain camera's capture time is its arrival: the frame is the last one that was sent before it.
      const frame = sent.findLast((us) => us <= c.captureUs);
      if (frame) ours.push(c.receivedUs - frame);
    } });
    camera.send(jpegs[0]);
    await proc.inState(server.url, 'lat', ['asleep']);
    viewer.start('lat');
    await paced(FPS, seconds, (n) => { sent.push(proc.nowUs()); camera.send(jpegs[n % jpegs.length]); });
    await sleep(200);
    viewer.close();
    camera.terminate();
  } finally {
    await server.close();
  }
  return ours;
}

// (b) JPEG in → chunk out.
export async function latency({ frames, seconds }) {
  const ours = await chunkTimes(frames, seconds), jpegs = splitJpegs(fs.readFileSync(frames));
  const written = [], pipe = [];
  let out = 0;
  const child = startPipe((receivedUs) => { pipe.push(receivedUs - written[out++]); });
  await paced(FPS, seconds, (n) => { written.push(proc.nowUs()); child.write(jpegs[n % jpegs.length]); });
  await child.stop();
  const steady = (list) => list.slice(FPS);
  const p = (list, q) => ms(proc.quantile(steady(list), q));
  return [
    row('JPEG in → chunk out p50, eyelid', p(ours, 0.5), 'ms', { max: 3 }),
    row('JPEG in → chunk out p99, eyelid', p(ours, 0.99), 'ms', { max: 8 }),
    row('JPEG in → chunk out p50, ffmpeg pipe', p(pipe, 0.5), 'ms'),
    row('JPEG in → chunk out p99, ffmpeg pipe', p(pipe, 0.99), 'ms'),
    row('latency p50, pipe / eyelid', p(pipe, 0.5) / p(ours, 0.5), 'ratio', { min: 15 }),
  ];
}

// (c) Viewers of one camera: CPU and memory that they add, and what the stalled ones cost the others.
export async function viewers({ seconds, counts = [1, 100, 1000, 5000] }) {
  const server = await proc.startServer();
  const camera = proc.startCamera(server, '--id', 'cam', '--fps', FPS);
  const rows = [];
  try {
    await proc.inState(server.url, 'cam', ['asleep']);
    const first = await openViewer(server.url);
    first.start('cam');
    await proc.inState(server.url, 'cam', ['awake']);
    await sleep(1000);
    const base = await proc.cpuOver(server.pid, seconds) / seconds, anonymous = proc.anonymousKb(server.pid);
    rows.push(row('camera with one viewer, CPU', base * 100, '% of a core'));
    for (const count of counts.filter((n) => n > 1)) {
      const stalled = count === 1000 ? 50 : 0;
      const load = proc.run(path.join(proc.BUILD, 'bench/bench_viewers'),
        ['127.0.0.1', server.http, 'cam', count, stalled, seconds + 4], { stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      load.stdout.on('data', (data) => { printed += data; });
      await new Promise((resolve) => load.stderr.once('data', resolve));
      await sleep(2500);
      const cpu = await proc.cpuOver(server.pid, seconds) / seconds - base;
      const kb = (proc.anonymousKb(server.pid) - anonymous) / count;
      await load.ended;
      const result = JSON.parse(printed);
      const bar = (limit) => (count === 1000 ? { max: limit } : {});
      const fps = result.chunks / result.playing / (seconds + 4);
      rows.push(row(`${count} viewers, frames a second that each got`, fps, 'fps',
        count === 1000 ? { min: FPS * 0.95 } : {}),
        row(`${count} viewers, CPU beyond the camera`, cpu * 100, '% of a core', bar(25)),
        row(`${count} viewers, anonymous memory of each`, kb, 'KB', bar(8)),
        row(`${count} viewers, held and playing`, result.playing, 'viewers', { min: count - stalled }),
        row(`${count} viewers, ${stalled} of them stalled: frames that others lost`, result.lost, 'frames', bar(0)));
      await sleep(1500);
    }
    first.close();
  } finally {
    await proc.stop(camera);
    await server.close();
  }
  const fanout = JSON.parse(execFileSync(path.join(proc.BUILD, 'bench/bench_fanout'), [1000, 4096, 30, seconds, 5].map(String),
    { stdio: ['ignore', 'pipe', 'ignore'] }));
  rows.push(row('1000 viewers, CPU of a message, net / bare send', fanout.ratio, 'ratio', { max: 1 }));
  return rows;
}

// (d) Without viewers: a hundred connected cameras, and the bare server's memory.
export async function idle({ seconds }) {
  const server = await proc.startServer('linger_s = 1\nmax_cameras = 128\n');
  const rows = [row('idle server, anonymous memory', proc.anonymousKb(server.pid) / 1024, 'MB', { max: 10 })];
  const cameras = proc.startCamera(server, '--cameras', SLEEPING, '--id', 'cam', '--fps', FPS);
  try {
    await proc.inState(server.url, `cam-${SLEEPING}`, ['asleep']);
    await sleep(5000);
    const written = proc.writtenBytes(server.pid);
    const cpu = await proc.cpuOver(server.pid, 2 * seconds) / (2 * seconds);
    rows.push(row(`${SLEEPING} sleeping cameras, CPU`, cpu * 100, '% of a core', { max: 0.004 }),
      row(`${SLEEPING} sleeping cameras, written to disk`, proc.writtenBytes(server.pid) - written, 'bytes', { max: 0 }));
    const before = proc.anonymousKb(server.pid);
    const viewer = await openViewer(server.url);
    viewer.start('cam-1');
    await proc.inState(server.url, 'cam-1', ['awake']);
    await sleep(3000);
    rows.push(row('one awake VGA camera, anonymous memory more', (proc.anonymousKb(server.pid) - before) / 1024, 'MB',
      { max: 5 }));
    viewer.close();
  } finally {
    await proc.stop(cameras);
    await server.close();
  }
  return rows;
}

// (e) First lease → first chunk, from asleep each time.
export async function wake({ repeats = 20 }) {
  const server = await proc.startServer('linger_s = 0\n');
  const camera = proc.startCamera(server, '--id', 'cam', '--fps', FPS);
  let times;
  try {
    times = await coldStarts(server, 'cam', repeats);
  } finally {
    await proc.stop(camera);
    await server.close();
  }
  return [row('first lease → first chunk p50', proc.quantile(times, 0.5), 'ms', { max: 60 }),
    row('first lease → first chunk p95', proc.quantile(times, 0.95), 'ms')];
}

// (f) Glass to glass. The bars are p50 on the screen.
const GLASS = [['chromium', 'webcodecs', 15], ['chromium', 'mse', 25], ['chromium', 'jpeg'],
  ['firefox', 'worker', 25], ['firefox', 'mse', 30], ['webkit', 'worker', 25]];

export async function glass({ seconds, only }) {
  const server = await proc.startServer();
  const camera = proc.startCamera(server, '--id', 'cam', '--fps', '29.5', '--barcode');
  const rows = [];
  try {
    await proc.inState(server.url, 'cam', ['asleep']);
    for (const [browser, delivery, max] of GLASS.filter(([name]) => !only || only === name)) {
      const url = `${server.url}/view.html?camera=cam&delivery=${delivery}&w=640&h=480`;
      const result = await measure({ browser, url, seconds, stall: 2000,
        probe: path.join(proc.BUILD, 'bench/screenprobe') });
      const name = `${browser}, ${delivery}`;
      rows.push(row(`glass to glass p50, ${name}`, result.latencyMs?.p50 ?? NaN, 'ms', max ? { max } : {}),
        row(`glass to glass p95, ${name}`, result.latencyMs?.p95 ?? NaN, 'ms'),
        row(`live again after a 2 s stall, ${name}`, result.liveAgainMs ?? NaN, 'ms', { max: 500 }),
        row(`first frame after navigation, ${name}`, result.firstFrameMs ?? NaN, 'ms',
          browser === 'chromium' && delivery === 'webcodecs' ? { max: 400 } : {}));
    }
  } finally {
    await proc.stop(camera);
    await server.close();
  }
  return rows;
}
