// Debian's own judge of packages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtPackage, makeSystem } from './system.mjs';

test('lintian finds neither errors nor warnings', async (t) => {
  const judge = await makeSystem(t, 'lintian', ['--include=lintian']);
  for (const architecture of ['amd64', 'arm64']) {
    const inside = await judge.bring(builtPackage(architecture));
    assert.equal(await judge.run(['lintian', '--allow-root', '--fail-on', 'error,warning', inside]), '');
  }
});
