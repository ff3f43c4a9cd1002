// Debian's `motion` on the same camera, side by side: it pulls MJPEG from a server of ours, and we pass it through.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import * as proc from '../tests/lib/proc.mjs';
import { row } from './sections.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { freePort } from '../tests/lib/ports.mjs';

const FPS = 15;

function watchMjpeg(url) {
  let bytes = 0;
  const request = http.get(url, (response) => response.on('data', (data) => { bytes += data.length; }));
  request.on('error', () => {});
  return { bytes: () => bytes, stop: () => request.destroy() };
}

async function snapshotMs(url) {
  const from = proc.nowUs();
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.ok ? (proc.nowUs() - from) / 1000 : NaN;
}

export async function motion({ seconds }) {
  const server = await proc.startServer('linger_s = 1\n');
  const camera = proc.startCamera(server, '--id', 'cam', '--fps', FPS);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-motion-'));
  const control = await freePort(), stream = await freePort();
  fs.writeFileSync(path.join(dir, 'motion.conf'), [`netcam_url ${server.url}/stream/cam.mjpg?classic`,
    'width 640', 'height 480', `framerate ${FPS}`, 'picture_output off', 'movie_output off', `target_dir ${dir}`,
    `webcontrol_port ${control}`, 'webcontrol_localhost on', `stream_port ${stream}`, 'stream_localhost on',
    'stream_maxrate 100', 'log_level 1'].join('\n'));
  const rows = [];
  try {
    await proc.inState(server.url, 'cam', ['asleep']);
    const asleep = await proc.cpuOver(server.pid, seconds) / seconds;
    const snapshots = [];
    for (let i = 0; i < 5; i++) snapshots.push(await snapshotMs(`${server.url}/snapshot/cam.jpg`));

    const viewer = watchMjpeg(`${server.url}/stream/cam.mjpg`);
    await sleep(1500);
    const watched = await proc.cpuOver(server.pid, seconds) / seconds;
    viewer.stop();

    const peer = proc.run('motion', ['-n', '-c', path.join(dir, 'motion.conf')]);
    await proc.until('motion', () => fetch(`http://127.0.0.1:${stream}/`, { signal: AbortSignal.timeout(500) })
      .then((r) => { r.body.cancel(); return r.ok; }, () => false), 20000);
    await sleep(3000);
    const peerIdle = await proc.cpuOver(peer.pid, seconds) / seconds;
    const peerViewer = watchMjpeg(`http://127.0.0.1:${stream}/`);
    await sleep(1500);
    const peerWatched = await proc.cpuOver(peer.pid, seconds) / seconds;
    if (peerViewer.bytes() === 0 || viewer.bytes() === 0) throw new Error('a stream carried nothing');
    peerViewer.stop();
    const peerSnapshots = [];
    for (let i = 0; i < 5; i++) peerSnapshots.push(await snapshotMs(`http://127.0.0.1:${stream}/0/current`));
    rows.push(row('without viewers, CPU, eyelid', asleep * 100, '% of a core'),
      row('without viewers, CPU, motion', peerIdle * 100, '% of a core'),
      row('one MJPEG viewer, CPU, eyelid', watched * 100, '% of a core'),
      row('one MJPEG viewer, CPU, motion', peerWatched * 100, '% of a core'),
      row('one MJPEG viewer, CPU, eyelid / motion', watched / peerWatched, 'ratio', { max: 0.1 }),
      row('CPU per frame, MJPEG passed through', watched / FPS * 1000, 'ms'),
      row('snapshot p50, eyelid', proc.quantile(snapshots, 0.5), 'ms'),
      row('snapshot p50, motion', proc.quantile(peerSnapshots, 0.5), 'ms'),
      row('resident memory, motion', proc.residentKb(peer.pid) / 1024, 'MB'),
      row('resident memory, eyelid', proc.residentKb(server.pid) / 1024, 'MB'));
    await proc.stop(peer);
  } finally {
    await proc.stop(camera);
    await server.close();
    fs.rmSync(dir, { recursive: true, force: true });
  }
  return rows;
}
