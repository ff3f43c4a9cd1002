// A clean Debian that packages are installed into, in its own folder: script/debian makes it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { TOP } from '../flow/harness.mjs';

const execute = promisify(execFile);
const DEBIAN = path.join(TOP, 'script/debian');
const OUT = path.join(TOP, 'build-package');

/** The package that script/package built last for the architecture. */
export function builtPackage(architecture) {
  const found = fs.readdirSync(OUT).filter((name) => name.startsWith('eyelid_') && name.endsWith(`~deb12_${architecture}.deb`))
    .map((name) => path.join(OUT, name))
    .sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
  assert.ok(found.length, `build-package/ holds no eyelid_*~deb12_${architecture}.deb; script/package builds it`);
  return found[0];
}

export class System {
  constructor(folder) { this.folder = folder; }

  /** The words in front of a command that make it one in the system, as root or as another user. */
  command(user) {
    const as = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--reset-env'];
    return [DEBIAN, 'run', this.folder, ...(user ? as : [])];
  }

  /** Runs a command as root, with bytes for its standard input where there are some, and gives what it said. */
  async run(args, { input } = {}) {
    const [program, ...rest] = [...this.command(), ...args];
    const running = execute(program, rest, { maxBuffer: 1 << 26 });
    running.child.stdin.on('error', () => {}); // a command that ends without reading says so itself
    running.child.stdin.end(input ?? '');
    return (await running).stdout;
  }

  /** Whether a command succeeds. */
  async succeeds(args) {
    return this.run(args).then(() => true, (error) => {
      if (typeof error.code !== 'number') throw error;
      return false;
    });
  }

  write(file, text) { return this.run(['tee', file], { input: text }); }
  read(file) { return this.run(['cat', file]); }
  exists(file) { return this.succeeds(['test', '-e', file]); }

  /** Copies a file into it, and gives its place there. */
  async bring(file) {
    const inside = `/tmp/${path.basename(file)}`;
    await this.write(inside, fs.readFileSync(file));
    return inside;
  }

  async install(file) {
    const inside = await this.bring(file);
    return this.run(['apt-get', 'install', '-q', '-y', '--no-install-recommends', '--allow-downgrades',
      '-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold', inside]);
  }
}

/** A system for one test, from a file that is made once by mmdebstrap with these options. */
export async function makeSystem(t, name, options) {
  const file = path.join(OUT, `${name}-bookworm.tar`);
  await execute(DEBIAN, ['make', file, 'bookworm', ...options], { maxBuffer: 1 << 26 });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-debian-'));
  t.after(() => execute(DEBIAN, ['remove', folder]));
  await execute(DEBIAN, ['unpack', file, folder]);
  return new System(folder);
}

/** A clean one for packages of both architectures, with systemd (not running). */
export async function freshSystem(t) {
  const fresh = await makeSystem(t, 'clean', ['--architectures=amd64,arm64', '--include=systemd']);
  await fresh.run(['apt-get', 'update', '-q']);
  return fresh;
}

/** Fails unless ffmpeg decodes so many pictures of that size from the stream, without a complaint. */
export async function decodedFrames(url, { width, height, count }) {
  const { stdout, stderr } = await execute('ffmpeg', ['-nostdin', '-v', 'error', '-i', url, '-frames:v', String(count),
    '-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-f', 'rawvideo', '-'], { encoding: 'buffer', maxBuffer: 1 << 26 });
  assert.equal(stderr.toString(), '');
  assert.equal(stdout.length, count * width * height * 3 / 2);
}
