// What watching costs while nothing moves, and how soon a movement is reported on the page's socket.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openViewer, WebSocket } from '../tests/lib/live.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { splitJpegs } from './pipe.mjs';
import { row } from './sections.mjs';

const FPS = 10;
// The drawn figures are about 50 pixels wide, come in from the side at about 105 pixels a second, and count once a third is
// in the picture, as in labelled sequences.
const IN_VIEW_S = 50 / 3 / 105;

function draw(dir, kind, seconds) {
  const file = path.join(dir, `${kind}.mjpeg`);
  const out = execFileSync(path.join(proc.BUILD, 'tests/unit/watch/draw_yard'), [kind, seconds, file], { encoding: 'utf8' });
  return { file, passes: JSON.parse(out).passes.filter(([, end]) => end < seconds) };
}

async function arm(server, id, settings) {
  const response = await fetch(`${server.url}/api/v1/cameras/${id}/motion`, { method: 'PATCH',
    headers: { 'content-type': 'application/json' }, body: JSON.stringify({ armed: true, ...settings }) });
  if (!response.ok) throw new Error(`${id} is not armed: ${response.status}`);
}

// % of a core that `cameras` quiet cameras cost while they are watched at 2 pictures a second.
async function quiet(file, cameras, seconds) {
  const server = await proc.startServer();
  const mock = proc.startCamera(server, '--id', 'yard', '--cameras', cameras, '--from', file);
  const ids = cameras === 1 ? ['yard'] : Array.from({ length: cameras }, (_, i) => `yard-${i + 1}`);
  try {
    for (const id of ids) await proc.inState(server.url, id, ['asleep']);
    for (const id of ids) await arm(server, id, { watch_fps: 2 });
    for (const id of ids) await proc.inState(server.url, id, ['awake']);
    await sleep(5000); // the scene is learned at a higher rate
    const looked = () => proc.metricSum(server.url, 'eyelid_motion_pictures_total');
    const before = await looked(), cpu = await proc.cpuOver(server.pid, seconds) / seconds;
    const rate = (await looked() - before) / seconds / cameras;
    if (rate < 1.5 || rate > 3) throw new Error(`${rate} pictures a second were looked at, not 2`);
    return cpu * 100;
  } finally {
    await proc.stop(mock);
    await server.close();
  }
}

// ms from sending the first picture with a third of a figure in it to the event, for each pass.
async function delays({ file, passes }, settings) {
  const jpegs = splitJpegs(fs.readFileSync(file)), server = await proc.startServer();
  const camera = new WebSocket(`ws://127.0.0.1:${server.device}/yard`, { perMessageDeflate: false });
  const sent = [], told = [];
  try {
    await new Promise((resolve) => camera.on('open', resolve));
    const viewer = await openViewer(server.url,
      { event: (m) => { if (m.type === 'motion' && m.state === 'began') told.push(proc.nowUs()); } });
    camera.send(jpegs[0]);
    await proc.inState(server.url, 'yard', ['asleep']);
    await arm(server, 'yard', settings);
    const from = proc.nowUs();
    for (let n = 0; n < jpegs.length; n++) {
      await sleep(Math.max(0, (from + n * 1e6 / FPS - proc.nowUs()) / 1000));
      sent.push(proc.nowUs());
      camera.send(jpegs[n]);
    }
    viewer.close();
  } finally {
    camera.terminate();
    await server.close();
  }
  const found = passes.map(([start, end]) => {
    const [a, b] = [sent[Math.ceil((start + IN_VIEW_S) * FPS)], sent[Math.floor(end * FPS)]];
    return (told.find((us) => us >= a && us <= b) - a) / 1000;
  });
  if (found.some(Number.isNaN)) throw new Error('a pass was not reported');
  return found;
}

// ms of "did anything move here last week?" and of the whole 400 days, from the stored minutes of a camera that always watched.
async function questions() {
  const server = await proc.startServer(), DAY = 86_400_000, today = Math.floor(Date.now() / DAY);
  const mock = proc.startCamera(server, '--id', 'yard');
  try {
    await proc.inState(server.url, 'yard', ['asleep']);
    const folder = path.join(server.data, 'motion/yard'); // src/guard/maps.h
    fs.mkdirSync(folder, { recursive: true });
    for (let day = today - 399; day < today; day++) {
      const records = Buffer.alloc(1440 * 28);
      for (let n = 0; n < 1440; n++) {
        records.writeUInt32LE(day * 1440 + n, n * 28);
        if (n % 7 === 0) records.writeUInt16LE(1 << n % 16, n * 28 + 4 + 2 * (n % 12));
      }
      fs.writeFileSync(path.join(folder, `${day}.map`), records);
    }
    const ask = async (days) => {
      const from = new Date((today - days) * DAY).toISOString(), to = new Date(today * DAY).toISOString(), began = proc.nowUs();
      const response = await fetch(`${server.url}/api/v1/cameras/yard/motion/map?from=${from}&to=${to}&box=0.5,0.5,0.25,0.25`);
      const { watched, moved } = await response.json();
      if (watched !== days * 1440 || !moved) throw new Error(`${watched} minutes were found, not ${days} days`);
      return (proc.nowUs() - began) / 1000;
    };
    const times = async (days) => { const all = []; for (let i = 0; i < 20; i++) all.push(await ask(days)); return all; };
    return { week: proc.quantile(await times(7), 0.95), all: proc.quantile(await times(399), 0.5) };
  } finally {
    await proc.stop(mock);
    await server.close();
  }
}

export async function watching({ seconds }) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-watching-'));
  try {
    const still = draw(dir, 'still', 20), near = draw(dir, 'near', 60);
    const watched = await delays(near, { watch_fps: 2, post_s: 1 });
    const full = await delays(near, { profile: 'busy', post_s: 1 });
    const asked = await questions();
    return [
      row('"did anything move here last week?", p95', asked.week, 'ms', { max: 100 }),
      row('the same of 399 days, p50', asked.all, 'ms'),
      row('watching one quiet camera at 2 fps, CPU', await quiet(still.file, 1, seconds), '% of a core', { max: 0.2 }),
      row('watching 20 quiet cameras at 2 fps, CPU', await quiet(still.file, 20, seconds), '% of a core', { max: 4 }),
      row('movement → event on the page, watched at 2 fps, worst', Math.max(...watched), 'ms', { max: 1500 }),
      row('movement → event on the page, at full rate, p50', proc.quantile(full, 0.5), 'ms', { max: 300 }),
    ];
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
