// What scenarios in the virtual machine stand on, beside the flow tests' harness, which works there
// as it does anywhere: webcams that are not there, and a look at capture devices from outside.
import { execFile } from 'node:child_process';
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

/** A USB webcam (tests/vm/fakeuvc.c); wants the modules vhci_hcd and uvcvideo. */
export class Webcam {
  constructor({ name = 'Fake webcam', serial = '0001', fps = '30,15,5', port = 0, files = Object.values(PICTURES) }) {
    this.name = name;
    this.program = new Program('tests/vm/fakeuvc',
      ['--name', name, '--serial', serial, '--fps', fps, '--port', String(port), ...files], {}, { stdin: 'pipe' });
    this.read = 0;
  }

  /** unplug, plug [PORT], stall, resume */
  command(line) { this.program.child.stdin.write(`${line}\n`); }

  /** Waits until it says so after what was waited for last. */
  async says(pattern, timeoutMs = 5000) {
    const found = await waitFor(`the webcam says ${pattern}`, () => {
      if (this.program.end) throw new Error(`fakeuvc ended:\n${this.program.output}`);
      return this.program.output.slice(this.read).match(pattern);
    }, timeoutMs).catch((error) => {
      throw new Error(`${error.message}; it said:\n${this.program.output}`);
    });
    this.read += found.index + found[0].length;
    return found;
  }

  /** Its capture node, /dev/videoN; the other is for metadata. */
  node() {
    return waitFor(`${this.name} has a node`, () => nodesNamed(new RegExp(`^${this.name}`))
      .find((node) => attribute(path.basename(node), 'index') === '0'));
  }

  async plug(port = '') {
    this.command(`plug ${port}`.trim());
    await this.says(/: plugged/);
    return this.node();
  }

  async unplug() {
    this.command('unplug');
    await this.says(/: unplugged/);
    await waitFor(`${this.name} is gone`, () => nodesNamed(new RegExp(`^${this.name}`)).length === 0);
  }
}

/** A webcam that is plugged in; unplugged when the test ends. */
export async function webcam(t, options = {}) {
  const camera = new Webcam(options);
  t.after(() => camera.program.stop());
  await camera.says(/: plugged/);
  camera.path = await camera.node();
  return camera;
}
