// Motion detection on labelled sequences: `eyelid motion` and Debian's `motion` on the same JPEGs in the same run.
// A sequence is NAME.mjpg or NAME.mjpeg with NAME.json: {"fps", "events": [[start_s, end_s], …]}. Those of the tests' drawn
// yard are made here unless a folder is given. An alarm finds a pass when it overlaps it, give or take a second; alarms less
// than 3 s apart are one; alarms that find nothing are false.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import * as proc from '../tests/lib/proc.mjs';
import { freePort } from '../tests/lib/ports.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { splitJpegs } from './pipe.mjs';
import { row } from './sections.mjs';

const SLACK_S = 1, GAP_S = 3, FPS = 10, MOTION_THRESHOLD = 300;
const EYELID = path.join(proc.BUILD, 'eyelid'), DRAW = path.join(proc.BUILD, 'tests/unit/watch/draw_yard');

function drawAll(dir, seconds) {
  const kinds = execFileSync(DRAW, { encoding: 'utf8' }).trim().split('\n');
  for (const kind of kinds) {
    const { passes } = JSON.parse(execFileSync(DRAW, [kind, seconds, path.join(dir, `${kind}.mjpeg`)], { encoding: 'utf8' }));
    const events = passes.filter(([start]) => start < seconds).map(([start, end]) => [start, Math.min(end, seconds)]);
    fs.writeFileSync(path.join(dir, `${kind}.json`), JSON.stringify({ fps: FPS, events }));
  }
}

function readAll(dir) {
  return fs.readdirSync(dir).filter((name) => /\.mjpe?g$/.test(name)).sort().map((name) => {
    const { fps, events } = JSON.parse(fs.readFileSync(path.join(dir, `${path.parse(name).name}.json`), 'utf8'));
    return { name: path.parse(name).name, file: path.join(dir, name), fps, events };
  });
}

function join(alarms) {
  const joined = [];
  for (const [start, end] of alarms.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && start - last[1] < GAP_S) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

function score(events, alarms) {
  const meet = (a, b) => a[0] <= b[1] + SLACK_S && a[1] >= b[0] - SLACK_S;
  const joined = join(alarms);
  return { found: events.filter((event) => joined.some((alarm) => meet(alarm, event))).length, of: events.length,
    wrong: joined.filter((alarm) => !events.some((event) => meet(alarm, event))).length };
}

// Of all sequences: part found, false alarms an hour, and the names of those that are not perfect.
function total(sequences, alarmsOf, secondsOf) {
  let found = 0, of = 0, wrong = 0, seconds = 0;
  const faults = [];
  for (const sequence of sequences) {
    const result = score(sequence.events, alarmsOf.get(sequence.name));
    found += result.found;
    of += result.of;
    wrong += result.wrong;
    seconds += secondsOf(sequence);
    if (result.found < result.of || result.wrong) faults.push(`${sequence.name} ${result.found}/${result.of}, ${result.wrong} false`);
  }
  return { recall: found / of, found, of, wrong, perHour: wrong / (seconds / 3600), faults };
}

function eyelidAlarms(sequence) {
  const out = execFileSync(EYELID, ['motion', '--from', sequence.file, '--fps', String(sequence.fps), '--json'], { encoding: 'utf8' });
  return out.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)).map((e) => [e.start_s, e.end_s]);
}

// CPU seconds of a program over all files, by the shell's `times` of its children.
function cpuOf(sequences, ...more) {
  const lines = sequences.map((s) => `"$0" motion --from '${s.file}' --fps ${s.fps} --json ${more.join(' ')} >/dev/null`);
  const out = execFileSync('bash', ['-c', `${lines.join('\n')}\ntimes`, EYELID], { encoding: 'utf8' });
  return [...out.trim().split('\n')[1].matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + m * 60 + +s, 0);
}

// Serves each sequence as a camera would, at its rate, and then its last picture. A program that connects again is served
// from the start; `began` has the last connections.
async function serve(sequences) {
  const began = new Map(), ended = new Set(), sent = { frames: 0 };
  const pictures = sequences.map((sequence) => splitJpegs(fs.readFileSync(sequence.file)));
  const server = http.createServer(async (request, response) => {
    const index = +request.url.slice(1), { name, fps } = sequences[index], jpegs = pictures[index];
    response.on('error', () => {});
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
    const from = Date.now();
    began.set(name, from / 1000);
    for (let n = 0; !response.destroyed; n++) {
      const jpeg = jpegs[Math.min(n, jpegs.length - 1)];
      if (n === jpegs.length) ended.add(name);
      response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      response.write(jpeg);
      response.write('\r\n');
      sent.frames++;
      await sleep(Math.max(0, from + (n + 1) * 1000 / fps - Date.now()));
    }
  });
  const port = await freePort();
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { port, began, ended, sent, close() { server.closeAllConnections(); server.close(); } };
}

// Debian's motion, one process for all sequences at once. Its default threshold, 1500 pixels, misses all drawn figures, so it
// is given one that finds those nearby.
async function motionAlarms(sequences, dir) {
  const served = await serve(sequences);
  const told = path.join(dir, 'told');
  fs.writeFileSync(told, '');
  fs.writeFileSync(path.join(dir, 'tell.sh'), `#!/bin/sh\necho "$1 $2 $(date +%s.%N)" >>${told}\n`, { mode: 0o755 });
  const configs = sequences.map((sequence, i) => {
    const file = path.join(dir, `camera${i}.conf`);
    fs.writeFileSync(file, [`camera_id ${i + 1}`, `netcam_url http://127.0.0.1:${served.port}/${i}`].join('\n'));
    return `camera ${file}`;
  });
  fs.writeFileSync(path.join(dir, 'motion.conf'), ['width 640', 'height 480', `framerate ${FPS}`, 'picture_output off',
    'movie_output off', `target_dir ${dir}`, 'webcontrol_port 0', 'stream_port 0', 'log_level 1', `event_gap ${GAP_S}`, `threshold ${MOTION_THRESHOLD}`,
    `on_event_start ${dir}/tell.sh start %t`, `on_event_end ${dir}/tell.sh end %t`, ...configs].join('\n'));
  const peer = proc.run('motion', ['-n', '-c', path.join(dir, 'motion.conf')]);
  const longest = Math.max(...sequences.map((s) => s.seconds));
  await proc.until('motion on all sequences', () => served.began.size === sequences.length, 60000);
  await proc.until('the end of all sequences', () => served.ended.size === sequences.length, (longest * 3 + 60) * 1000);
  const cpu = proc.cpuSeconds(peer.pid), frames = served.sent.frames;
  await sleep((GAP_S + 2) * 1000);
  await proc.stop(peer);
  served.close();
  const alarms = new Map(sequences.map((s) => [s.name, []]));
  for (const line of fs.readFileSync(told, 'utf8').trim().split('\n').filter(Boolean)) {
    const [what, camera, at] = line.split(' ');
    const sequence = sequences[camera - 1], list = alarms.get(sequence.name);
    const s = +at - served.began.get(sequence.name);
    if (s < 0 || s > sequence.seconds + GAP_S + 1) continue; // of an earlier connection, or of the last picture
    if (what === 'start') list.push([s, sequence.seconds]);
    else if (list.length) list.at(-1)[1] = Math.max(list.at(-1)[0], s - GAP_S);
  }
  return { alarms, cpuPerFrame: cpu / frames };
}

export async function labelled({ sequences: folder, sequenceSeconds = 90 }) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-labelled-'));
  try {
    if (!folder) drawAll(dir, sequenceSeconds);
    const sequences = readAll(folder ?? dir);
    for (const sequence of sequences) {
      sequence.frames = splitJpegs(fs.readFileSync(sequence.file)).length;
      sequence.seconds = sequence.frames / sequence.fps;
    }
    const frames = sequences.reduce((sum, s) => sum + s.frames, 0), length = (s) => s.seconds;
    const ours = total(sequences, new Map(sequences.map((s) => [s.name, eyelidAlarms(s)])), length);
    const cpuPerFrame = cpuOf(sequences, '--full-rate') / frames;
    const peer = await motionAlarms(sequences, dir);
    const theirs = total(sequences, peer.alarms, length);
    if (theirs.of && !theirs.found) throw new Error('motion found nothing: there is nothing to compare with');
    for (const fault of ours.faults) console.error(`eyelid: ${fault}`);
    return [
      row('labelled sequences', sequences.length, 'sequences'),
      row('labelled sequences, together', frames / FPS / 3600, 'h'),
      row('passes', ours.of, 'passes'),
      row('passes found, eyelid', 100 * ours.recall, '%', { min: 97 }),
      row('passes found, motion', 100 * theirs.recall, '%'),
      row('passes found, eyelid / motion', ours.recall / theirs.recall, 'ratio', { min: 1.5 }),
      row('false alarms, eyelid', ours.perHour, '/h', { max: 2 }),
      row('false alarms, motion', theirs.perHour, '/h'),
      row('false alarms, eyelid / motion', ours.perHour / theirs.perHour, 'ratio', { max: 0.1 }),
      row('CPU per VGA JPEG, eyelid at full rate', cpuPerFrame * 1000, 'ms', { max: 0.6 }),
      row('CPU per VGA JPEG, motion', peer.cpuPerFrame * 1000, 'ms'),
      row('CPU per VGA JPEG, eyelid / motion', cpuPerFrame / peer.cpuPerFrame, 'ratio', { max: 0.33 }),
    ];
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
