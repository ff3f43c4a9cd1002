// Processes under measurement: started, watched by /proc, stopped.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './ports.mjs';
import { processTree } from './processes.mjs';
import { sleep, waitFor } from './wait.mjs';

export const BUILD = path.resolve(process.env.EYELID_BUILD ?? 'build');
export const nowUs = () => Number(process.hrtime.bigint() / 1000n); // CLOCK_MONOTONIC, as the server's clock

export const quantile = (values, q) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] : NaN;
};

// Over the process and those that it started, such as decoders.
const sumOver = (pid, of) => processTree(pid).reduce((sum, each) => {
  try { return sum + of(each.pid); } catch { return sum; /* ended */ }
}, 0);

export const childrenOf = (pid) => processTree(pid).filter((each) => each.parent === pid).map((each) => each.pid);

// CPU time so far, all threads, in seconds: from schedstat's nanoseconds, not from clock ticks. What ended counts no more.
export const cpuSeconds = (pid) => sumOver(pid, (each) => {
  let ns = 0;
  for (const task of fs.readdirSync(`/proc/${each}/task`)) {
    try { ns += +fs.readFileSync(`/proc/${each}/task/${task}/schedstat`, 'utf8').split(' ')[0]; } catch { /* ended */ }
  }
  return ns / 1e9;
});

const ownKb = (pid, name) => +new RegExp(`${name}:\\s+(\\d+)`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
// With what the decoders use; memory that they share with the server counts once.
export const anonymousKb = (pid) => sumOver(pid, (each) => ownKb(each, 'RssAnon')) + ownKb(pid, 'RssShmem');
export const residentKb = (pid) => ownKb(pid, 'VmRSS') + sumOver(pid, (each) => each === pid ? 0 : ownKb(each, 'RssAnon'));
export const writtenBytes = (pid) =>
  +/write_bytes: (\d+)/.exec(fs.readFileSync(`/proc/${pid}/io`, 'utf8'))[1];

const children = new Set();
process.on('exit', () => { for (const child of children) child.kill('SIGKILL'); });

// The programs see nothing of our own EYELID_… variables.
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('EYELID_')));

export function run(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'], env: ENV, ...options });
  children.add(child);
  child.ended = new Promise((resolve) => child.on('exit', (code) => { children.delete(child); resolve(code); }));
  child.on('error', (error) => { throw error; });
  return child;
}

export async function stop(child) {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await child.ended;
  clearTimeout(timer);
}

// All samples of a metric: [{labels, value}].
export async function metric(url, name) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (.*)$`, 'gm'))]
    .map(([, labels, value]) => ({ labels: labels ?? '', value: +value }));
}
export const metricSum = async (url, name, filter = '') => (await metric(url, name))
  .filter((s) => s.labels.includes(filter)).reduce((sum, s) => sum + s.value, 0);

export const until = (what, condition, timeoutMs = 10000) => waitFor(what, condition, timeoutMs);

// A server of ours on free ports with a fresh data folder.
export async function startServer(config = '', { dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-bench-')), env = {} } = {}) {
  const http = await freePort(), device = await freePort();
  fs.writeFileSync(path.join(dir, 'eyelid.conf'), `log_level = warn\naccess = open\nopen_role = admin\nmax_new_cameras_per_minute = 1000\n${config}`);
  const child = run(path.join(BUILD, 'eyelid'), ['serve', '--config', path.join(dir, 'eyelid.conf'), '--data',
    path.join(dir, 'data'), '--http', `127.0.0.1:${http}`, '--device', `127.0.0.1:${device}`],
  { stdio: ['ignore', 'ignore', 'inherit'], env: { ...ENV, ...env } });
  const url = `http://127.0.0.1:${http}`;
  await until('the server', () => fetch(`${url}/healthz`).then((r) => r.ok, () => false));
  return { child, pid: child.pid, url, http, device, data: path.join(dir, 'data'),
    async close() { await stop(child); fs.rmSync(dir, { recursive: true, force: true }); } };
}

export const startCamera = (server, ...args) =>
  run(path.join(BUILD, 'eyelid-fakecam'), ['--url', `ws://127.0.0.1:${server.device}/`,
    '--scene', 'circle', ...args]);

export const state = async (url, id) =>
  (await (await fetch(`${url}/api/v1/cameras/${id}`)).json()).state;
export const inState = (url, id, wanted) =>
  until(`${id} ${wanted}`, async () => wanted.includes(await state(url, id).catch(() => '')), 15000);

// CPU seconds that the process used while `seconds` went by.
export async function cpuOver(pid, seconds) {
  const before = cpuSeconds(pid);
  await sleep(seconds * 1000);
  return cpuSeconds(pid) - before;
}
