// Debian's own judge of packages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtPackage, freshSystem } from './system.mjs';

test('lintian finds neither errors nor warnings', async (t) => {
  const judge = await freshSystem(t);
  await judge.run(['apt-get', 'install', '-q', '-y', '--no-install-recommends', 'lintian']);
  const packages = [];
  for (const architecture of ['amd64', 'arm64']) packages.push(await judge.bring(builtPackage(architecture)));
  assert.equal(await judge.run(['lintian', '--allow-root', '--fail-on', 'error,warning', ...packages]), '');
});
