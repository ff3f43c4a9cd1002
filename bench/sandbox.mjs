// What it costs to decode in processes that may do nothing else, and how soon pictures return when one of them dies.
import fs from 'node:fs';
import { openViewer } from '../tests/lib/live.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { CAMERAS, watchSix } from './frame.mjs';
import { chunkTimes, row } from './sections.mjs';

const FPS = 30, ROUNDS = 3, DEATHS = 5;
const median = (list) => proc.quantile(list, 0.5);
const WAYS = ['on', 'off'];

// CPU ms per frame, both ways in turn.
async function cpu(frames, seconds) {
  const servers = [], cameras = [], seen = { on: [], off: [] };
  try {
    for (const way of WAYS) {
      servers.push(await proc.startServer(`linger_s = 0\nsandbox = ${way}\n`));
      cameras.push(proc.startCamera(servers.at(-1), '--cameras', CAMERAS, '--id', 'cam', '--from', frames, '--fps', FPS));
      await proc.inState(servers.at(-1).url, `cam-${CAMERAS}`, ['asleep']);
    }
    for (let round = 0; round < ROUNDS; round++)
      for (const [i, way] of WAYS.entries()) seen[way].push((await watchSix(servers[i], seconds)).cpuMs);
  } finally {
    await Promise.all(cameras.map(proc.stop));
    for (const server of servers) await server.close();
  }
  return median(seen.on.map((on, i) => on / seen.off[i]));
}

const decoders = (pid) => proc.childrenOf(pid).filter((child) => {
  try { return fs.readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'eyelid-jpeg'; } catch { return false; /* ended */ }
});

// A watched camera whose decoder is killed: ms until the next chunk.
async function deaths() {
  const server = await proc.startServer(), camera = proc.startCamera(server, '--id', 'cam', '--fps', FPS);
  const gaps = [];
  let come = () => {};
  try {
    await proc.inState(server.url, 'cam', ['asleep']);
    const viewer = await openViewer(server.url, { chunk: () => come() });
    const next = () => new Promise((resolve) => { come = resolve; });
    viewer.start('cam');
    await next();
    for (let i = 0; i < DEATHS; i++) {
      await next();
      const killed = proc.nowUs();
      for (const pid of decoders(server.pid)) process.kill(pid, 'SIGKILL');
      await next();
      gaps.push((proc.nowUs() - killed) / 1000);
    }
    viewer.close();
  } finally {
    await proc.stop(camera);
    await server.close();
  }
  return Math.max(...gaps);
}

export async function sandbox({ frames, seconds }) {
  const times = {};
  for (const way of WAYS) times[way] = median((await chunkTimes(frames, seconds, `sandbox = ${way}\n`)).slice(FPS)) / 1000;
  return [
    row('CPU per frame, sandbox on / off', await cpu(frames, seconds), 'ratio', { max: 1.1 }),
    row('JPEG in → chunk out p50, sandbox on', times.on, 'ms'),
    row('JPEG in → chunk out p50, sandbox on − off', times.on - times.off, 'ms', { max: 1 }),
    row('a decoder dies → next chunk, slowest', await deaths(), 'ms', { max: 1000 }),
  ];
}
