// (j) What each attack costs a viewer of another camera: frames a second and p99 of the age of a frame when it comes
// in, before and during it. The attacker has low priority, because one of its own machine's cores is not ours.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as proc from '../tests/lib/proc.mjs';
import { row } from './sections.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url)), FPS = 30;
const VIEWER = path.join(HERE, '../tests/lib/slow_viewer.mjs');
export const ATTACKS = {
  values: '32 devices, 13 MB/s of well-formed values',
  unwanted: '8 devices, 40 MB/s of pictures nobody asked for',
  base64: '8 devices, 40 MB/s of them as Base64',
  unfinished: '128 unfinished messages of 4 MiB',
  parts: 'a network camera, 26 MB/s of empty parts',
  battery: '20 devices whose battery flips 200 times a second',
  pixels: 'a 37 KB JPEG of 4096x2304, 30 a second, watched',
  stalled: '300 viewers of 4 MB pictures that stop reading',
  renditions: 'a viewer that changes the rendition of a 4K camera 45 times a second',
  silent: '4500 silent connections',
  ids: '100 made-up ids a second',
};

async function print(child) {
  let text = '';
  for await (const data of child.stdout) text += data;
  return text;
}

async function watch(url, seconds) {
  const child = proc.run('node', [VIEWER, url, 'porch', seconds], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(await print(child));
}

async function attack(kind, seconds) {
  const server = await proc.startServer('pull_allow = 127.0.0.0/8\n');
  const camera = proc.startCamera(server, '--id', 'porch', '--fps', FPS);
  const told = [];
  try {
    await proc.inState(server.url, 'porch', ['asleep']);
    const before = await watch(server.url, seconds), memory = proc.residentKb(server.pid);
    const attacker = proc.run('nice', ['-n', '19', 'node', path.join(HERE, 'attacker.mjs'), kind, server.http, server.device, seconds + 40],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => { attacker.stdout.once('data', resolve); attacker.ended.then(reject); });
    const during = await watch(server.url, seconds);
    told.push({ before, during, memoryMb: (proc.residentKb(server.pid) - memory) / 1024 });
    attacker.kill('SIGKILL');
    await attacker.ended;
  } finally {
    await proc.stop(camera);
    await server.close();
  }
  return told[0];
}

export async function attacks({ seconds, kinds = Object.keys(ATTACKS) }) {
  const rows = [];
  for (const kind of kinds) {
    const { before, during, memoryMb } = await attack(kind, seconds);
    const fps = (seen) => seen.chunks / seen.seconds;
    rows.push(row(`${ATTACKS[kind]}: frames lost`, Math.max(0, 1 - fps(during) / fps(before)) * 100, '%', { max: 5 }),
      row(`${ATTACKS[kind]}: p99 more`, during.p99 - before.p99, 'ms', { max: 10 }),
      row(`${ATTACKS[kind]}: memory more`, memoryMb, 'MB'));
  }
  return rows;
}
