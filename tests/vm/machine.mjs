// What scenarios in the virtual machine stand on, beside the flow tests' harness, which works there
// as it does anywhere: webcams that are not there, and a look at capture devices from outside.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Program, SCALE, waitFor } from '../flow/harness.mjs';

/** Pictures that tests/vm/scenario has drawn, by size. */
export const PICTURES = { '640x480': '/mnt/640x480.mjpeg', '320x240': '/mnt/320x240.mjpeg' };

/** The JPEGs of such a file, and of what a webcam made of it. */
export function jpegs(bytes) {
  const starts = [];
  for (let at = 0; (at = bytes.indexOf(Buffer.from([0xff, 0xd8, 0xff]), at)) >= 0; at++) starts.push(at);
  return starts.map((start, i) => bytes.subarray(start, starts[i + 1] ?? bytes.length));
}

/** [width, height] of a baseline JPEG (ITU-T T.81, B.2.2: marker FFC0, length, precision, lines, columns). */
export function jpegSize(jpeg) {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
}

/** v4l2-ctl's standard output; throws with its standard error when it fails. */
export async function v4l2(...args) {
  const { stdout } = await promisify(execFile)('v4l2-ctl', args, { timeout: 10000 * SCALE });
  return stdout;
}

function attribute(node, name) {
  try {
    return fs.readFileSync(`/sys/class/video4linux/${node}/${name}`, 'utf8').trim();
  } catch {
    return ''; // unplugged in between
  }
}

/** Nodes such as /dev/video0 whose name fits. */
export function nodesNamed(pattern) {
  return fs.readdirSync('/sys/class/video4linux')
    .filter((node) => node.startsWith('video') && pattern.test(attribute(node, 'name')))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .map((node) => `/dev/${node}`);
}

/** The kernel lists a node in /sys before it makes the file, and makes the file before it lets it be opened. */
function opens(node) {
  try {
    fs.closeSync(fs.openSync(node, fs.constants.O_RDWR | fs.constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

/** Process ids that have the file open. */
export function holders(file) {
  const found = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let descriptors = [];
    try {
      descriptors = fs.readdirSync(`/proc/${pid}/fd`);
    } catch { /* ended in between */ }
    const has = (fd) => {
      try {
        return fs.readlinkSync(`/proc/${pid}/fd/${fd}`) === file;
      } catch {
        return false;
      }
    };
    if (descriptors.some(has)) found.push(Number(pid));
  }
  return found;
}

/** libcamera asks udev for devices that are initialised; there is no udev here to say so. */
export function pretendUdev() {
  fs.mkdirSync('/run/udev/data', { recursive: true });
  for (const folder of ['/sys/class/media', '/sys/class/video4linux', '/sys/bus/media/devices']) {
    if (!fs.existsSync(folder)) continue;
    for (const device of fs.readdirSync(folder)) {
      const file = path.join(folder, device, 'dev');
      if (fs.existsSync(file)) fs.writeFileSync(`/run/udev/data/c${fs.readFileSync(file, 'utf8').trim()}`, 'I:1\n');
    }
  }
}

/** A USB webcam (tests/vm/fakeuvc.c); wants the modules vhci_hcd and uvcvideo. */
export class Webcam {
  constructor({ name = 'Fake webcam', serial = '0001', fps = '30,15,5', port = 0, args = [] }) {
    this.name = name;
    this.program = new Program('tests/vm/fakeuvc',
      ['--name', name, '--serial', serial, '--fps', fps, '--port', String(port), ...args, ...Object.values(PICTURES)],
      {}, { stdin: 'pipe' });
    this.read = 0;
  }

  /** unplug, plug [PORT], stall, resume */
  command(line) { this.program.child.stdin.write(`${line}\n`); }

  /** Waits until it says so after what was waited for last. */
  async says(pattern, timeoutMs = 5000) {
    const found = await waitFor(`the webcam says ${pattern}`, () => {
      if (this.program.end) throw new Error(`fakeuvc ended: ${JSON.stringify(this.program.end)}`);
      return this.program.output.slice(this.read).match(pattern);
    }, timeoutMs).catch((error) => {
      throw new Error(`${error.message}; it said:\n${this.program.output}`);
    });
    this.read += found.index + found[0].length;
    return found;
  }

  /** Its capture node, /dev/videoN, once it can be opened; the other is for metadata. */
  node() {
    return waitFor(`${this.name} has a node`, () => nodesNamed(new RegExp(`^${this.name}`))
      .find((node) => attribute(path.basename(node), 'index') === '0' && opens(node)));
  }

  async plug(port = '') {
    this.command(`plug ${port}`.trim());
    await this.says(/: plugged/);
    return this.node();
  }

  async unplug() {
    this.command('unplug');
    await this.says(/: unplugged/);
    await this.gone();
  }

  gone() {
    return waitFor(`${this.name} is gone`, () => nodesNamed(new RegExp(`^${this.name}`)).length === 0);
  }
}

/** Watches a stream as a player would: decodes it, and knows how bright its latest picture is. */
export class Player {
  constructor(t, url) {
    const scaled = 32 * 18;
    this.pictures = 0;
    this.child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-probesize', '5000', '-analyzeduration', '0', '-i', url,
      '-vf', 'scale=32:18', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    let left = Buffer.alloc(0);
    this.child.stdout.on('data', (bytes) => {
      left = Buffer.concat([left, bytes]);
      for (; left.length >= scaled; left = left.subarray(scaled)) {
        this.pictures++;
        this.luma = left.subarray(0, scaled).reduce((sum, y) => sum + y, 0) / scaled;
      }
    });
    this.child.stderr.on('data', (bytes) => { this.output += bytes; });
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
    t.after(() => this.stop());
  }

  async shows(what, fits, timeoutMs = 10000) {
    await waitFor(`a picture: ${what}`, () => {
      if (this.child.exitCode !== null) throw new Error(`ffmpeg ended:\n${this.output}`);
      return fits(this);
    }, timeoutMs).catch((error) => {
      throw new Error(`${error.message}; ${this.pictures} pictures, luma ${this.luma}`);
    });
  }

  stop() {
    this.child.kill('SIGKILL');
    return this.ended;
  }
}

/** A webcam that is plugged in; unplugged when the test ends. */
export async function webcam(t, options = {}) {
  const camera = new Webcam(options);
  t.after(async () => {
    await camera.program.stop();
    await camera.gone();
  });
  await camera.says(/: plugged/);
  camera.path = await camera.node();
  return camera;
}
