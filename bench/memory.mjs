// What the archive costs: recording beside a viewer, an index of 100,000 items, films beside ffmpeg.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launch } from '../tests/lib/browsers.mjs';
import { openViewer, WebSocket } from '../tests/lib/live.mjs';
import { picture } from '../tests/lib/pictures.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { paced, splitJpegs } from './pipe.mjs';
import { row } from './sections.mjs';

const FPS = 30, ITEMS = 100000, PHOTOS = 1000, KILLS = 20;
const median = (list) => proc.quantile(list, 0.5);
const send = (server, method, address, body) => fetch(server.url + address,
  { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
const json = async (server, address) => (await fetch(server.url + address)).json();
const record = (server, seconds) => send(server, 'POST', '/api/v1/cameras/cam/record', { seconds });

// --- Recording. ---

// A disk whose fdatasync takes as long as a file says.
function slowDisk() {
  const file = path.join(os.tmpdir(), `eyelid-bench-sync-${process.pid}`);
  fs.writeFileSync(file, '0');
  return { env: { LD_PRELOAD: path.join(proc.BUILD, 'bench/libslow_sync.so'), SLOW_SYNC: file },
    stall: (ms) => fs.writeFileSync(file, String(ms)), end: () => fs.rmSync(file) };
}

export async function recorder({ frames, seconds }) {
  const disk = slowDisk(), server = await proc.startServer('', { env: disk.env });
  const jpegs = splitJpegs(fs.readFileSync(frames));
  const sent = [];
  let times = [];
  try {
    const camera = new WebSocket(`ws://127.0.0.1:${server.device}/cam`, { perMessageDeflate: false });
    await new Promise((resolve) => camera.on('open', resolve));
    const viewer = await openViewer(server.url, { chunk: (c) => {
      const frame = sent.findLast((us) => us <= c.captureUs);
      if (frame) times.push((c.receivedUs - frame) / 1000);
    } });
    camera.send(jpegs[0]);
    await proc.inState(server.url, 'cam', ['asleep']);
    viewer.start('cam');
    const feed = (length) => paced(FPS, length, (n) => { sent.push(proc.nowUs()); camera.send(jpegs[n % jpegs.length]); });
    const measure = async () => {
      times = [];
      const fed = feed(seconds), cpu = await proc.cpuOver(server.pid, seconds);
      await fed;
      return { cpu, p99: proc.quantile(times, 0.99) };
    };
    await feed(1);
    const alone = [], beside = [], growth = [], ends = [];
    for (let round = 0; round < 3; round++) {
      alone.push(await measure());
      const before = { disk: proc.writtenBytes(server.pid), clip: await proc.metricSum(server.url, 'eyelid_recorded_bytes_total') };
      await record(server, 3600);
      beside.push(await measure());
      const ended = proc.nowUs();
      await send(server, 'DELETE', '/api/v1/cameras/cam/record');
      let item;
      while (!item) item = (await json(server, '/api/v1/archive?kind=clip&limit=10')).items.find((i) => new Date(i.end) > Date.now() - 5000 && i.bytes > 0 && i.end !== i.start);
      const part = await fetch(server.url + item.url, { headers: { range: 'bytes=0-1023' } });
      if (part.status !== 206) throw new Error(`the clip answers ${part.status}`);
      ends.push((proc.nowUs() - ended) / 1000);
      growth.push((proc.writtenBytes(server.pid) - before.disk) /
        (await proc.metricSum(server.url, 'eyelid_recorded_bytes_total') - before.clip));
    }
    await record(server, 3600);
    await feed(1);
    disk.stall(2000);
    const stalled = await measure();
    disk.stall(0);
    await send(server, 'DELETE', '/api/v1/cameras/cam/record');
    viewer.close();
    camera.terminate();
    return [
      row('CPU with recording / without', median(beside.map((b, i) => b.cpu / alone[i].cpu)), 'ratio', { max: 1.05 }),
      row('latency p99 more, disk stalls 2 s at each fdatasync', stalled.p99 - median(alone.map((a) => a.p99)), 'ms', { max: 1 }),
      row('device bytes per recorded byte', median(growth), 'ratio', { max: 1.06 }),
      row('end of recording → clip listed and readable', median(ends), 'ms', { max: 200 }),
    ];
  } finally {
    await server.close();
    disk.end();
  }
}

// --- Many items. ---

const isoName = (ms) => `${new Date(ms).toISOString().replace(/[-:]/g, '').replace('Z', '')}+0000-schedule.jpg`;

// An archive of so many photos, one a minute: files that are links to one, and their rows.
function fill(data, count) {
  const LINKS = 30000; // a file system allows about twice as many to one file
  const top = path.join(data, 'archive'), begin = Math.floor(Date.now() / 60000 - count) * 60000;
  const sql = ['BEGIN;'], folders = new Set();
  const bytes = picture('320x240').length;
  let source;
  for (let i = 0; i < count; i++) {
    const at = begin + i * 60000, camera = `cam${i % 4}`;
    const folder = `${camera}/${new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')}`, name = isoName(at);
    if (!folders.has(folder)) fs.mkdirSync(path.join(top, folder, '.thumbnails'), { recursive: true });
    folders.add(folder);
    const file = path.join(top, folder, name);
    if (i % LINKS === 0) fs.writeFileSync(source = file, picture('320x240'));
    else fs.linkSync(source, file);
    fs.linkSync(source, path.join(top, folder, '.thumbnails', name));
    sql.push('INSERT INTO item (camera, kind, reason, start_us, end_us, bytes, width, height, path) VALUES ' +
      `('${camera}', 0, ${i % 3}, ${at}000, ${at}000, ${bytes}, 320, 240, '${folder}/${name}');`);
  }
  sql.push('COMMIT;');
  execFileSync('sqlite3', [path.join(data, 'archive.db')], { stdio: ['pipe', 'ignore', 'inherit'], input: sql.join('\n') });
}

async function startTime(dir) {
  const from = proc.nowUs(), server = await proc.startServer('', { dir });
  return { server, ms: (proc.nowUs() - from) / 1000 };
}

export async function archive() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-bench-'));
  const empty = await startTime(dir);
  await proc.stop(empty.server.child);
  fill(empty.server.data, ITEMS);
  const { server, ms } = await startTime(dir);
  try {
    const ask = async (address) => {
      const from = proc.nowUs(), answer = await fetch(server.url + address);
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${address}: ${answer.status}`);
      return (proc.nowUs() - from) / 1000;
    };
    const times = { list: [], days: [], search: [] };
    for (let i = 0; i < 100; i++) {
      const to = new Date(Date.now() - Math.random() * ITEMS * 60000).toISOString();
      times.list.push(await ask(`/api/v1/archive?to=${to}&limit=100`));
      times.days.push(await ask('/api/v1/archive/days'));
      times.search.push(await ask(`/api/v1/archive?camera=cam${i % 4}&kind=photo&to=${to}&limit=100`));
    }
    const browser = await launch('chromium', { headless: true }), screens = [];
    for (let i = 0; i < 5; i++) {
      await browser.goto(`${server.url}/#/live`);
      await sleep(500);
      screens.push(await browser.evaluate(() => new Promise((resolve) => {
        const from = performance.now();
        location.hash = '#/archive';
        const look = () => {
          const drawn = [...document.querySelectorAll('[data-item] img')].some((img) => img.complete && img.naturalWidth);
          if (drawn) resolve(performance.now() - from); else requestAnimationFrame(look);
        };
        look();
      })));
    }
    await browser.close();
    const size = fs.statSync(path.join(server.data, 'archive.db')).size;
    return [
      row('start with 100,000 items, more than with none', ms - empty.ms, 'ms', { max: 1000 }),
      ...['list', 'days', 'search'].map((name) => row(`${name === 'days' ? 'calendar' : name}, p95`, proc.quantile(times[name], 0.95), 'ms', { max: 20 })),
      row('first screen of the archive in Chromium', median(screens.slice(1)), 'ms', { max: 150 }),
      row('index per item', size / ITEMS / 1024, 'KiB', { max: 7 }),
      row('resident memory of the server', proc.residentKb(server.pid) / 1024, 'MB'),
    ];
  } finally {
    await server.close();
  }
}

// --- Films. ---

async function makeFilm(server, killed) {
  const made = await (await send(server, 'POST', '/api/v1/films', { name: `f${Math.random()}`, camera: 'cam', deflicker: true })).json();
  let film, peakKb = 0, kills = 0;
  const from = proc.nowUs();
  do {
    await sleep(20);
    film = await json(server, `/api/v1/films/${made.id}`);
    for (const pid of filmPids(server.pid)) {
      try { peakKb = Math.max(peakKb, proc.residentKb(pid)); } catch { /* ended */ }
      if (killed && kills < KILLS && film.done > kills * PHOTOS / (KILLS + 1)) { kills++; process.kill(pid, 'SIGKILL'); }
    }
  } while (film.state === 'waiting' || film.state === 'running');
  if (film.state !== 'done') throw new Error(`film: ${film.state} ${film.detail ?? ''}`);
  const seconds = (proc.nowUs() - from) / 1e6;
  const bytes = Buffer.from(await (await fetch(`${server.url}/archive/${film.item}`)).arrayBuffer());
  return { seconds, peakMb: peakKb / 1024, bytes, kills };
}

const filmPids = (pid) => proc.childrenOf(pid).filter((child) => {
  try { return fs.readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0')[1] === 'film'; } catch { return false; }
});

export async function films() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-bench-')), drawn = path.join(dir, 'drawn');
  fs.mkdirSync(drawn);
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25,noise=alls=8:allf=t', '-frames:v', String(PHOTOS), '-q:v', '4', path.join(drawn, '%05d.jpg')]);
  const folder = path.join(dir, 'data/archive/cam/2026/11/30');
  fs.mkdirSync(folder, { recursive: true });
  fs.readdirSync(drawn).sort().forEach((name, i) => fs.linkSync(path.join(drawn, name), path.join(folder, isoName(Date.UTC(2026, 10, 30) + i * 60000))));
  execFileSync(path.join(proc.BUILD, 'eyelid'), ['archive', 'check', '--repair', '--data', path.join(dir, 'data')], { stdio: 'ignore' });
  const server = await proc.startServer('', { dir });
  try {
    const camera = proc.startCamera(server, '--id', 'cam');
    await proc.inState(server.url, 'cam', ['asleep']);
    const ours = await makeFilm(server, false), again = await makeFilm(server, true);
    await proc.stop(camera);
    const from = proc.nowUs();
    const ffmpeg = spawn('ffmpeg', ['-y', '-v', 'error', '-framerate', '25', '-i', path.join(drawn, '%05d.jpg'), '-vf', 'deflicker,format=yuv420p',
      '-c:v', 'libx264', '-preset', 'veryfast', '-movflags', '+faststart', path.join(dir, 'peer.mp4')], { stdio: 'inherit' });
    let peakKb = 0;
    const timer = setInterval(() => { try { peakKb = Math.max(peakKb, proc.residentKb(ffmpeg.pid)); } catch { /* ended */ } }, 20);
    await new Promise((resolve) => ffmpeg.on('exit', resolve));
    clearInterval(timer);
    const peer = { seconds: (proc.nowUs() - from) / 1e6, bytes: fs.statSync(path.join(dir, 'peer.mp4')).size };
    return [
      row(`${PHOTOS} photos of 1280x720 with deflicker, eyelid`, ours.seconds, 's'),
      row('the same by ffmpeg (deflicker, x264 veryfast)', peer.seconds, 's'),
      row('speed, eyelid / ffmpeg', peer.seconds / ours.seconds, 'ratio', { min: 1 }),
      row('memory, eyelid / ffmpeg', ours.peakMb / (peakKb / 1024), 'ratio', { max: 0.5 }),
      row('size, eyelid / ffmpeg', ours.bytes.length / peer.bytes, 'ratio'),
      row(`killed ${again.kills} times: bytes that differ`, Buffer.compare(ours.bytes, again.bytes) ? Math.abs(ours.bytes.length - again.bytes.length) || 1 : 0, 'bytes', { max: 0 }),
    ];
  } finally {
    await server.close();
  }
}
