// (a) CPU per frame: ours, the bare codec calls, and a pipe per camera; all on the same noisy frames. Ours and the
// bare calls take turns, so that a machine that is slow for a while is slow for both.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { openViewer, WebSocket } from '../tests/lib/live.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { paced, splitJpegs, startPipe } from './pipe.mjs';
import { row } from './sections.mjs';

export const CAMERAS = 6;
const FPS = 30, ROUNDS = 5, STRONG_NOISE = 14;
const CODEC = path.join(proc.BUILD, 'bench/bench_codec');
const median = (list) => proc.quantile(list, 0.5);

// Six cameras watched for `seconds`: CPU ms and kbit per frame of the server. They sleep again afterwards.
export async function watchSix(server, seconds) {
  const chunks = { count: 0, bytes: 0 };
  const viewer = await openViewer(server.url, { chunk: (c) => {
    chunks.count++; chunks.bytes += c.data.length - c.unitOffset;
  } });
  for (let i = 1; i <= CAMERAS; i++) viewer.start(`cam-${i}`);
  await proc.inState(server.url, 'cam-6', ['awake']);
  await sleep(2000);
  const before = await proc.metricSum(server.url, 'eyelid_frames_encoded_total');
  const at = { ...chunks };
  const cpu = await proc.cpuOver(server.pid, seconds);
  const encoded = await proc.metricSum(server.url, 'eyelid_frames_encoded_total') - before;
  const bits = (chunks.bytes - at.bytes) * 8 / (chunks.count - at.count);
  viewer.close();
  for (let i = 1; i <= CAMERAS; i++) await proc.inState(server.url, `cam-${i}`, ['asleep']);
  return { cpuMs: cpu / encoded * 1000, kbit: bits / 1000 };
}

// CPU ms and kbit per frame, ours and the bare calls'; a list of each, one entry a round.
async function ours(frames, seconds, rounds) {
  const server = await proc.startServer('linger_s = 0\n');
  const cameras = proc.startCamera(server, '--cameras', CAMERAS, '--id', 'cam', '--from', frames, '--fps', FPS);
  const seen = [], bare = [];
  try {
    await proc.inState(server.url, 'cam-6', ['asleep']);
    for (let round = 0; round < rounds; round++) {
      seen.push(await watchSix(server, seconds));
      bare.push(+execFileSync(CODEC, ['--bare', seconds]));
    }
  } finally {
    await proc.stop(cameras);
    await server.close();
  }
  return { seen, bare };
}

async function pipe(frames, seconds) {
  const jpegs = splitJpegs(fs.readFileSync(frames));
  const out = { count: 0, bytes: 0 };
  const pipes = Array.from({ length: CAMERAS }, () => startPipe((_, bytes) => { out.count++; out.bytes += bytes; }, { live: false }));
  const feed = (from, length) => paced(FPS, length, (n) => {
    for (const one of pipes) one.write(jpegs[(from + n) % jpegs.length]);
  });
  await feed(0, 2);
  const cpu = pipes.reduce((sum, p) => sum + proc.cpuSeconds(p.pid), 0), at = { ...out };
  await feed(2 * FPS, seconds);
  const frameCount = out.count - at.count;
  const cpuMs = (pipes.reduce((sum, p) => sum + proc.cpuSeconds(p.pid), 0) - cpu) / frameCount * 1000;
  await Promise.all(pipes.map((p) => p.stop()));
  return { cpuMs, kbit: (out.bytes - at.bytes) * 8 / frameCount / 1000 };
}

// A plain camera watched in full, then at half its width and height: CPU of the server, half / full.
async function halfSize(frames, seconds) {
  const jpegs = splitJpegs(fs.readFileSync(frames));
  const server = await proc.startServer('linger_s = 0\n');
  const cpu = [];
  try {
    const camera = new WebSocket(`ws://127.0.0.1:${server.device}/plain`, { perMessageDeflate: false });
    await new Promise((resolve) => camera.on('open', resolve));
    camera.send(jpegs[0]);
    await proc.inState(server.url, 'plain', ['asleep']);
    for (const wish of [{}, { width: 320, height: 240 }]) {
      const viewer = await openViewer(server.url);
      viewer.start('plain', 'h264', wish);
      const feed = paced(FPS, seconds + 2, (n) => camera.send(jpegs[n % jpegs.length]));
      await sleep(1000);
      cpu.push(await proc.cpuOver(server.pid, seconds));
      await feed;
      viewer.close();
      await proc.inState(server.url, 'plain', ['asleep']);
    }
    camera.terminate();
  } finally {
    await server.close();
  }
  return cpu[1] / cpu[0];
}

async function strongNoise(frames, seconds) {
  const noisy = `${frames}.noisy`;
  execFileSync(CODEC, ['--noise', STRONG_NOISE, '--write', noisy]);
  const { seen } = await ours(noisy, seconds, 1), { cpuMs } = await pipe(noisy, seconds);
  fs.rmSync(noisy);
  return seen[0].cpuMs / cpuMs;
}

export async function cpuPerFrame({ frames, seconds }) {
  const { seen, bare } = await ours(frames, seconds, ROUNDS), common = await pipe(frames, seconds);
  const cpuMs = median(seen.map((o) => o.cpuMs));
  const codec = JSON.parse(execFileSync(CODEC, ['--json', frames]));
  return [
    row('CPU per frame, eyelid', cpuMs, 'ms'),
    row('CPU per frame, ffmpeg pipe', common.cpuMs, 'ms'),
    row('CPU per frame, bare codec calls', median(bare), 'ms'),
    row('CPU, eyelid / pipe', cpuMs / common.cpuMs, 'ratio', { max: 0.58 }),
    row('CPU, eyelid / bare codec calls', median(seen.map((o, i) => o.cpuMs / bare[i])), 'ratio', { max: 1.15 }),
    row('bits, eyelid / pipe', median(seen.map((o) => o.kbit)) / common.kbit, 'ratio', { max: 0.45 }),
    row('CPU in strong noise, eyelid / pipe', await strongNoise(frames, seconds), 'ratio', { max: 0.7 }),
    row('CPU of a plain camera, half size / full size', await halfSize(frames, seconds), 'ratio', { max: 0.7 }),
    ...codec.rows,
    ...JSON.parse(execFileSync(CODEC, ['--photos'])),
  ];
}
