// Flow tests run the real programs against each other. This is what they stand on: a server on free
// ports with its own data folder, mock cameras, a WebSocket client that waits for messages, and
// an end that checks that every program went in peace.
//
//   test('a camera wakes', async (t) => {
//     const house = await boot(t);
//     await house.camera('porch');
//     await house.state('porch', 'asleep');
//   });
//
// EYELID_BUILD: the build folder (default: build). TIME_SCALE: how much slower this build is, for
// the patience of waits; no test is decided by how fast something is unless it says so itself.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { SCALE, waitFor } from '../lib/wait.mjs';

export { freePort } from '../lib/ports.mjs';
export { SCALE, sleep, waitFor } from '../lib/wait.mjs';

export const TOP = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = path.resolve(process.env.EYELID_BUILD ?? path.join(TOP, 'build'));

// Nothing of the developer's own settings reaches the programs.
function cleanEnvironment(extra) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('EYELID_'));
  // Many servers run side by side: only those that test https take a port for it. Accounts are for the
  // tests of accounts.
  return { ...Object.fromEntries(kept), EYELID_TLS: 'off', EYELID_ACCESS: 'open', EYELID_OPEN_ROLE: 'admin', ...extra };
}

const undoings = new WeakMap();

/** Undoes a thing when the test is over, what came last first. */
export function undoAfter(t, undo) {
  if (!undoings.has(t)) {
    const list = [];
    undoings.set(t, list);
    t.after(async () => {
      const errors = [];
      for (const each of list.reverse()) {
        try { await each(); } catch (error) { errors.push(error); }
      }
      if (errors.length) throw errors[0];
    });
  }
  undoings.get(t).push(undo);
}

export function temporaryFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-flow-'));
  undoAfter(t, () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A running program: its output so far, and the promise of its end. */
export class Program {
  constructor(name, args, env = {}, { stdin = 'ignore', command = [path.join(BUILD, name)] } = {}) {
    this.name = name;
    this.output = '';
    this.child = spawn(command[0], [...command.slice(1), ...args], {
      env: cleanEnvironment(env), stdio: [stdin, 'pipe', 'pipe'],
    });
    this.stdout = '';
    this.child.stdout.on('data', (bytes) => { this.stdout += bytes; this.output += bytes; });
    this.child.stderr.on('data', (bytes) => { this.output += bytes; });
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => resolve({ code: -1, signal: error.code }));
      this.child.on('close', (code, signal) => resolve({ code, signal }));
    });
    this.ended.then((end) => { this.end = end; });
  }

  get pid() { return this.child.pid; }

  async says(pattern, timeoutMs = 10000) {
    return waitFor(`${this.name} says ${pattern}; it said:\n${this.output}`, () => {
      if (this.end && !pattern.test(this.output)) {
        throw new Error(`${this.name} ended (${JSON.stringify(this.end)}) without ${pattern}:\n${this.output}`);
      }
      return this.output.match(pattern);
    }, timeoutMs);
  }

  /** Sends the signal and waits for the end: {code, signal, ms}. */
  async stop(signal = 'SIGTERM') {
    const begin = performance.now();
    if (!this.end) this.child.kill(signal);
    const giveUp = setTimeout(() => this.child.kill('SIGKILL'), 20000 * SCALE);
    const end = await this.ended;
    clearTimeout(giveUp);
    return { ...end, ms: performance.now() - begin };
  }
}

/** Runs a program to its end. */
export async function run(name, args, { env } = {}) {
  const program = new Program(name, args, env);
  const end = await program.ended;
  return { ...end, stdout: program.stdout, stderr: program.output.slice(0), output: program.output };
}

/** A WebSocket whose messages wait in a queue until they are asked for. */
export class Socket {
  constructor(url, protocols = [], options = {}) {
    this.queue = [];
    this.waiters = new Set();
    this.ws = new WebSocket(url, protocols, { perMessageDeflate: false, ...options });
    this.ws.on('message', (data, isBinary) => {
      this.queue.push(isBinary ? data : JSON.parse(data.toString()));
      this.#poke();
    });
    this.closed = new Promise((resolve) => {
      this.ws.on('close', (code, reason) => {
        this.end = { code, reason: reason.toString() };
        this.#poke();
        resolve(this.end);
      });
    });
    this.ws.on('error', (error) => { this.error = error; });
  }

  #poke() { for (const waiter of this.waiters) waiter(); }

  async open() {
    if (this.ws.readyState === WebSocket.OPEN) return this;
    await new Promise((resolve, reject) => {
      this.ws.once('open', resolve);
      this.ws.once('close', () => reject(this.error ?? new Error(`closed ${JSON.stringify(this.end)}`)));
    });
    return this;
  }

  send(message) {
    this.ws.send(Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The first message (waiting or to come) that fits; those in front of it are dropped. */
  async next(fits, what = 'a message', timeoutMs = 5000) {
    const deadline = performance.now() + timeoutMs * SCALE;
    for (;;) {
      const i = this.queue.findIndex(fits);
      if (i >= 0) {
        const [found] = this.queue.splice(0, i + 1).slice(-1);
        return found;
      }
      const left = deadline - performance.now();
      if (this.end) throw new Error(`closed (${JSON.stringify(this.end)}) while waiting for ${what}`);
      if (left <= 0) throw new Error(`timed out after ${timeoutMs * SCALE} ms: ${what}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        const waiter = () => { clearTimeout(timer); this.waiters.delete(waiter); resolve(); };
        this.waiters.add(waiter);
      });
    }
  }

  json(type, timeoutMs) {
    return this.next((m) => !Buffer.isBuffer(m) && m.type === type, `"${type}"`, timeoutMs);
  }

  binary(timeoutMs) {
    return this.next((m) => Buffer.isBuffer(m), 'a binary message', timeoutMs);
  }

  close() { this.ws.terminate(); }
}

/** The header in front of a binary message to the page (docs/protocol.md, 2.3). */
export function liveHead(message) {
  return {
    version: message[0], kind: message[1], key: (message.readUInt16BE(2) & 1) === 1,
    stream: message.readUInt32BE(4), sequence: message.readUInt32BE(8),
    unit: message.subarray(message.readUInt16BE(12)), payload: message.subarray(24),
    captureUs: Number(message.readBigInt64BE(16)),
  };
}

export const KIND = { init: 1, chunk: 2, jpeg: 3, still: 4 };

/** One server and all that a test hangs on it. */
export class House {
  constructor(t, options) {
    this.t = t;
    this.data = options.data ?? temporaryFolder(t);
    this.options = options;
    this.programs = [];
    this.sockets = [];
  }

  async start() {
    const { args = [], env = {}, http = '127.0.0.1:0', device = '127.0.0.1:0', command } = this.options;
    // A command given by the test has its own addresses and data, too.
    const own = command ? [] : ['--http', this.http ?? http, '--device', this.device ?? device, '--data', this.data];
    this.server = this.launch('eyelid', ['serve', ...own, ...args], env, command);
    const [, httpAddress] = await this.server.says(/page: http:\/\/([^/\s]+)\//);
    const [, deviceAddress] = await this.server.says(/cameras: ws:\/\/([^/\s]+)\//);
    await this.server.says(/is ready/);
    this.http = httpAddress; // a restart gets the same ones
    this.device = deviceAddress;
    this.url = `http://${httpAddress}`;
    this.deviceUrl = `ws://${deviceAddress}`;
    return this;
  }

  launch(name, args, env, command) {
    const program = new Program(name, args, env, { command });
    this.programs.push(program);
    return program;
  }

  /** A mock camera that is connected. */
  async camera(id, { size = '320x240', fps = 25, args = [], command } = {}) {
    const camera = this.launch('eyelid-fakecam', ['--url', `${this.deviceUrl}/`, '--id', id,
      '--size', size, '--fps', String(fps), '--scene', 'circle', ...args], {}, command);
    await waitFor(`camera ${id} is connected; it said:\n${camera.output}`, async () => {
      if (camera.end) throw new Error(`eyelid-fakecam ended: ${JSON.stringify(camera.end)}\n${camera.output}`);
      const found = await this.describe(id);
      return found && found.state !== 'offline';
    });
    return camera;
  }

  async get(address, options = {}) {
    return fetch(this.url + address, { signal: AbortSignal.timeout(15000 * SCALE), ...options });
  }

  async json(address) {
    const response = await this.get(address);
    return response.json();
  }

  /** The camera object, or null. */
  async describe(id) {
    const response = await this.get(`/api/v1/cameras/${id}`);
    return response.ok ? response.json() : null;
  }

  state(id, wanted, timeoutMs) {
    let last;
    return waitFor(`camera ${id} is ${wanted}`, async () => {
      last = await this.describe(id);
      return last?.state === wanted && last;
    }, timeoutMs);
  }

  /** The sum of a metric over all label sets that hold these labels. */
  async metric(name, labels = {}) {
    const text = await (await this.get('/metrics')).text();
    const wanted = Object.entries(labels).map(([k, v]) => `${k}="${v}"`);
    return text.split('\n')
      .filter((line) => line.startsWith(name) && /[{ ]/.test(line[name.length]))
      .filter((line) => wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  socket(url, protocols, options) {
    const socket = new Socket(url, protocols, options);
    this.sockets.push(socket);
    return socket.open();
  }

  /** The page's connection, past its hello and the list of cameras. */
  async page() {
    const socket = await this.socket(`ws://${this.http}/api/v1/live`, ['eyelid.live.v1']);
    socket.hello = await socket.json('hello');
    socket.cameras = [];
    for (;;) {
      const message = await socket.next((m) => m.type === 'camera' || m.type === 'listed', 'the list of cameras');
      if (message.type === 'listed') return socket;
      socket.cameras.push(message.camera);
    }
  }

  async finish() {
    for (const socket of this.sockets) socket.close();
    const ends = [];
    for (const program of this.programs.reverse()) {
      const wasRunning = !program.end;
      const end = await program.stop();
      const fine = wasRunning ? end.code === 0 : end.code === 0 || program.mayFail;
      if (!fine || /Sanitizer|runtime error:/.test(program.output)) {
        ends.push(`${program.name}: ${JSON.stringify(end)}\n${program.output}`);
      }
    }
    if (ends.length) throw new Error(`did not end in peace: ${ends.join('\n')}`);
  }
}

export async function boot(t, options = {}) {
  const house = new House(t, options);
  undoAfter(t, () => house.finish());
  return house.start();
}

/** The server ends within 2 s, seen in one of three tries: the machine may stand still for a while. */
export async function endsPromptly(attempt) {
  const times = [];
  while (times.length < 3) {
    const { code, ms } = await attempt();
    if (code !== 0) throw new Error(`it ended with ${code}`);
    if (ms < 2000 * SCALE) return;
    times.push(ms);
  }
  throw new Error(`it took ${times.map(Math.round).join(', ')} ms`);
}
