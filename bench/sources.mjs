// The cost of each kind of camera: CPU by picture format, and the time from asleep to the first chunk. Cameras that
// hang on the kernel are measured in the tests' virtual machine (tests/vm), whose processor is made of software: a
// mock camera beside them there says how much slower that is.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as proc from '../tests/lib/proc.mjs';
import { WebcamServer } from '../tests/lib/webcam-server.mjs';
import { coldStarts } from './cold.mjs';
import { row } from './sections.mjs';

const TOP = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const REPEATS = 10;

/** An ESP32 with CameraWebServer, pulled from over loopback. */
async function pulled() {
  const server = await proc.startServer('linger_s = 0\npull_allow = 127.0.0.1\n');
  const webcam = new WebcamServer({ fps: 25 });
  const cleanups = [];
  try {
    await webcam.start({ after: (cleanup) => cleanups.push(cleanup) });
    const added = await fetch(`${server.url}/api/v1/cameras`, { method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'mjpeg', id: 'gate', url: webcam.url }) });
    if (added.status !== 201) throw new Error(await added.text());
    return await coldStarts(server, 'gate', REPEATS);
  } finally {
    await server.close();
    for (const cleanup of cleanups) await cleanup();
  }
}

/** {camera: [ms, …]} of the cameras in the virtual machine. */
function inTheMachine() {
  execFileSync(path.join(TOP, 'tests/vm/prepare'), { stdio: ['ignore', 'ignore', 'inherit'] });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-bench-vm-'));
  try {
    execFileSync(path.join(TOP, 'tests/vm/scenario'), [path.join(TOP, 'bench/sources_vm.mjs'), folder],
      { env: { ...process.env, EYELID_BUILD: proc.BUILD }, stdio: ['ignore', 'ignore', 'inherit'] });
    return JSON.parse(fs.readFileSync(path.join(folder, 'cold.json'), 'utf8'));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

export async function sources() {
  const rows = JSON.parse(execFileSync(path.join(proc.BUILD, 'bench/bench_codec'), ['--inputs']))
    .map(({ name, value, unit }) => row(name, value, unit));
  const cold = (name, times) => rows.push(row(`first lease → first chunk p50, ${name}`,
    proc.quantile(times, 0.5), 'ms'));
  cold('pulled from an ESP32 server', await pulled());
  for (const [name, times] of Object.entries(inTheMachine())) cold(`${name}, in the virtual machine`, times);
  return rows;
}
