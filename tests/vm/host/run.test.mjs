// The virtual machine's runner itself: what it hands back, and that nothing outlives it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { TOP, temporaryFolder, waitFor } from '../../flow/harness.mjs';

const RUN = path.join(TOP, 'tests/vm/run');

function start(args, env = {}) {
  const child = spawn(RUN, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const machine = { child, stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => { machine.stdout += bytes; });
  child.stderr.on('data', (bytes) => { machine.stderr += bytes; });
  machine.ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  return machine;
}

/** Process ids of its children, as soon as there is one. */
function qemuOf({ child: { pid } }) {
  return waitFor('qemu has started', () => {
    const pids = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return pids && pids.split(' ');
  });
}

test('output, status, files and modules are those of the command', async (t) => {
  const folder = temporaryFolder(t);
  const script = 'uname -v; ls /dev/video0; echo heard >&2; echo kept >/mnt/kept; touch "$0" 2>/dev/null && echo written; exit 7';
  const machine = start(['-o', folder, '-m', 'vivid n_devs=1', 'bash', '-c', script, path.join(TOP, 'README.md')]);
  assert.equal(await machine.ended, 7, machine.stderr);
  assert.match(machine.stdout, /^#\d.*Debian .*\n\/dev\/video0\n$/);
  assert.equal(machine.stderr, 'heard\n');
  assert.equal(fs.readFileSync(path.join(folder, 'kept'), 'utf8'), 'kept\n');
  assert.match(fs.readFileSync(path.join(folder, 'kernel.log'), 'utf8'), /vivid/);
});

test('the time is limited, that of starting included', async () => {
  const machine = start(['-t', '0.2', 'true']);
  assert.equal(await machine.ended, 124);
  assert.match(machine.stderr, /the machine did not start within 0.2 s/);
});

test('output comes while the command runs, and no machine outlives it', async () => {
  const machine = start(['bash', '-c', 'echo begun; sleep 1000']);
  const [qemu] = await qemuOf(machine);
  await waitFor('the first line', () => machine.stdout === 'begun\n', 60000);
  machine.child.kill('SIGTERM');
  await machine.ended;
  assert.ok(!fs.existsSync(`/proc/${qemu}`));
});

test('a missing module is an error of the command', async () => {
  const machine = start(['-m', 'nonesuch', 'true']);
  assert.notEqual(await machine.ended, 0);
  assert.match(machine.stderr, /nonesuch/);
});

test('a kernel that panics is reported with its last words', async () => {
  const machine = start(['bash', '-c', 'echo c >/proc/sysrq-trigger; sleep 1000']);
  assert.equal(await machine.ended, 125);
  assert.match(machine.stderr, /the machine went down under the command:[^]*sysrq triggered crash/);
});

test('without a machine it says how to get one', async (t) => {
  const machine = start(['true'], { EYELID_VM_CACHE: temporaryFolder(t) });
  assert.equal(await machine.ended, 125);
  assert.match(machine.stderr, /there is no machine in .*tests\/vm\/prepare makes one/);
});

for (const signal of ['SIGINT', 'SIGKILL']) {
  test(`no machine outlives a runner that gets ${signal}`, async (t) => {
    const machine = start(['-o', temporaryFolder(t), 'true']);
    const [qemu] = await qemuOf(machine);
    machine.child.kill(signal);
    await machine.ended;
    await waitFor('qemu is gone', () => !fs.existsSync(`/proc/${qemu}`));
  });
}
