#!/usr/bin/env node
// script/bench: every figure that the project claims, with its bar, in one run on one machine.
//   --json FILE       every figure with its bar     --only a,b,…   some sections     --seconds N   of each window
//   --sequences DIR   labelled sequences for `motion` (bench/labelled.mjs) instead of drawn ones
//   --markdown FILE   the same as tables, as in docs/benchmarks.md
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { BUILD } from '../tests/lib/proc.mjs';
import { attacks } from './attacks.mjs';
import { cpuPerFrame } from './frame.mjs';
import { https } from './https.mjs';
import { login } from './login.mjs';
import { archive, films, recorder } from './memory.mjs';
import { labelled } from './labelled.mjs';
import { motion as beside } from './motion.mjs';
import { page } from './page.mjs';
import { sandbox } from './sandbox.mjs';
import * as sections from './sections.mjs';
import { sources } from './sources.mjs';
import { watching } from './watching.mjs';

const { row } = sections;

// (g) Size: a build from scratch, the binary, the page.
async function size() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-build-'));
  const from = Date.now();
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync('meson', ['setup', dir, '--buildtype=release'], quiet);
  execFileSync('ninja', ['-C', dir], quiet);
  const seconds = (Date.now() - from) / 1000;
  execFileSync('strip', [path.join(dir, 'eyelid')]);
  const bytes = fs.statSync(path.join(dir, 'eyelid')).size;
  const dist = path.join(dir, 'ui/dist');
  const packed = (name) => gzipSync(fs.readFileSync(path.join(dist, name)), { level: 9 }).length;
  const html = fs.readFileSync(path.join(dist, 'index.html'), 'utf8');
  const atOnce = ['index.html', ...[...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((m) => m[1])];
  const page = atOnce.reduce((sum, name) => sum + packed(name), 0);
  fs.rmSync(dir, { recursive: true, force: true });
  return [row('build from nothing', seconds, 's'), row('binary, stripped, with the page', bytes / 1e6, 'MB'),
    row('the page at start, gzip', page / 1024, 'KB', { max: 45 })];
}

const motion = async (options) => [...await beside(options), ...await watching(options), ...await labelled(options)];

const SECTIONS = { frame: cpuPerFrame, latency: sections.latency, viewers: sections.viewers,
  idle: sections.idle, wake: sections.wake, glass: sections.glass, sources, motion, attacks, https, sandbox, recorder, archive,
  films, page, login, size };

const TITLES = {
  frame: 'Six VGA cameras at 30 fps (4:2:2, noisy frames)', latency: 'JPEG in to chunk out, one camera',
  viewers: 'Viewers of one VGA camera at 30 fps', idle: 'Without viewers', wake: 'From asleep to the first chunk',
  glass: 'Glass to glass: a frame drawn to its pixels on the screen', sources: 'What each kind of camera costs', motion: 'Motion detection, and beside Debian\'s motion',
  attacks: 'What an attack costs a viewer of another camera',
  https: 'Viewers over https', sandbox: 'Decoding in a sandbox', recorder: 'Recording beside a viewer', archive: 'An archive of 100,000 items',
  films: 'A film of photos, beside ffmpeg', page: 'The page in Chromium', login: 'Logging in, and the policy',
  size: 'What it costs to have',
};

const barOf = (r) => (r.max !== undefined ? `≤ ${r.max}` : r.min !== undefined ? `≥ ${+r.min.toFixed(2)}` : '');
const verdictOf = (r) => (r.ok === undefined ? '' : r.ok ? 'ok' : 'MISSED');

function markdown(report) {
  const tables = Object.entries(report.sections).map(([name, rows]) => [`## ${TITLES[name]}`, '',
    '| figure | value | bar | |', '|---|---|---|---|',
    ...rows.map((r) => `| ${r.name} | ${(+r.value).toFixed(2)} ${r.unit} | ${barOf(r)} | ${verdictOf(r)} |`)].join('\n'));
  return tables.join('\n\n');
}

const { values } = parseArgs({ options: { json: { type: 'string' }, markdown: { type: 'string' }, only: { type: 'string' },
  seconds: { type: 'string', default: '10' }, sequences: { type: 'string' } } });
const chosen = values.only?.split(',') ?? Object.keys(SECTIONS);
const unknown = chosen.filter((name) => !SECTIONS[name]);
if (unknown.length) {
  console.error(`script/bench: no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

const frames = path.join(os.tmpdir(), `eyelid-bench-frames-${process.pid}.mjpeg`);
if (['frame', 'latency', 'sandbox', 'recorder'].some((name) => chosen.includes(name))) {
  execFileSync(path.join(BUILD, 'bench/bench_codec'), ['--write', frames]);
}
const cpu = os.cpus();
const report = { date: new Date().toISOString().slice(0, 10), machine: `${cpu.length} x ${cpu[0].model}`,
  command: ['script/bench', ...process.argv.slice(2)].join(' '), sections: {} };
console.log(`${report.date}, ${report.machine}`);
let missed = 0;
for (const name of chosen) {
  const rows = await SECTIONS[name]({ frames, seconds: +values.seconds, sequences: values.sequences });
  report.sections[name] = rows;
  console.log(`\n${name}`);
  for (const r of rows) {
    if (r.ok === false) missed++;
    console.log(`  ${r.name.padEnd(66)} ${(+r.value).toFixed(2).padStart(10)} ${r.unit.padEnd(14)} `
      + `${barOf(r).padEnd(8)} ${verdictOf(r)}`);
  }
}
fs.rmSync(frames, { force: true });
if (values.markdown) fs.writeFileSync(values.markdown, `${markdown(report)}\n`);
if (values.json) fs.writeFileSync(values.json, JSON.stringify(report, null, 1));
console.log(missed ? `\n${missed} bars missed` : '\nevery bar held');
process.exit(0);
