// The arm64 package on this machine: its scripts and dependencies in a Debian for both architectures,
// its programs by qemu's user mode.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { boot, temporaryFolder } from '../flow/harness.mjs';
import { builtPackage, decodedFrames, freshSystem } from './system.mjs';

test('the arm64 package', async (t) => {
  const system = await freshSystem(t);
  const emulated = (name) =>
    ['qemu-aarch64-static', '-L', system.folder, path.join(system.folder, 'usr/bin', name)];

  await t.test('installs with its libraries for arm64', async () => {
    await system.install(builtPackage('arm64'));
    assert.equal(await system.run(['dpkg-query', '-W', '-f', '${Architecture} ${db:Status-Status}', 'eyelid']),
      'arm64 installed');
    assert.match(await system.run(['id', '-nG', 'eyelid']), /\bvideo\b/);
  });

  for (const encoder of ['openh264', 'x264']) {
    await t.test(`serves and encodes with ${encoder}`, async (t2) => {
      const house = await boot(t2, {
        command: emulated('eyelid'),
        args: ['--http', '127.0.0.1:0', '--device', '127.0.0.1:0', '--data', temporaryFolder(t2)],
        env: { EYELID_ENCODER: encoder, EYELID_SANDBOX: 'off' }, // qemu's user mode has no filters of system calls
      });
      assert.match(await (await house.get('/')).text(), /<!doctype html>/i);
      await house.camera('porch', { size: '320x240', fps: 10, command: emulated('eyelid-fakecam') });
      await decodedFrames(`${house.url}/stream/porch.mp4`, { width: 320, height: 240, count: 10 });
    });
  }
});
