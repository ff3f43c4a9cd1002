// A backup of a running server, listed by tar, and a server that starts from it: docs/guide/backup.md.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { boot, run, temporaryFolder } from './harness.mjs';

const names = (file) => String(spawnSync('tar', ['tf', file]).stdout).trim().split('\n').sort();
const json = (method, body) => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

test('a backup of a running server brings all of it back elsewhere', async (t) => {
  const house = await boot(t, { env: { EYELID_TLS: 'on' }, args: ['--https', '127.0.0.1:0'] });
  await house.camera('porch');
  await house.get('/api/v1/cameras/porch', json('PATCH', { name: 'By the door' }));
  const item = await (await house.get('/api/v1/cameras/porch/photo', { method: 'POST' })).json();
  await house.get(`/api/v1/archive/${item.id}`, json('PATCH', { starred: true, note: 'the cat' }));
  const folder = temporaryFolder(t);
  const [small, full] = ['small.tar', 'full.tar'].map((name) => path.join(folder, name));
  const settings = path.join(folder, 'eyelid.conf');
  fs.writeFileSync(settings, `data = ${house.data}\n`);
  const backup = (...args) => run('eyelid', ['backup', ...args, '--data', house.data]);
  const made = await backup(small, '--config', settings);
  assert.equal(made.code, 0, made.output);
  assert.equal(fs.statSync(small).mode & 0o777, 0o600);
  const keys = fs.readdirSync(path.join(house.data, 'tls')).map((name) => `tls/${name}`).filter((name) => /\.(crt|key)$/.test(name));
  assert.ok(keys.includes('tls/ca.key'));
  assert.deepEqual(names(small), ['eyelid-backup', 'eyelid.conf', 'eyelid.db', ...keys].sort());
  assert.equal((await backup(small)).code, 2, 'an older one stays');
  assert.equal((await backup('--pictures', full)).code, 0);
  assert.ok(names(full).includes(`archive/${item.file}`));
  assert.deepEqual(fs.readdirSync(folder).sort(), ['eyelid.conf', 'full.tar', 'small.tar']);

  const data = path.join(temporaryFolder(t), 'new');
  const restore = (...args) => run('eyelid', ['restore', ...args, '--data', data]);
  const restored = await restore(full);
  assert.equal(restored.code, 0, restored.output);
  const other = await boot(t, { data });
  assert.equal((await other.describe('porch')).name, 'By the door');
  assert.deepEqual((await other.json('/api/v1/archive')).items, [{ ...item, starred: true, note: 'the cat' }]);
  assert.deepEqual(Buffer.from(await (await other.get(item.url)).arrayBuffer()), fs.readFileSync(path.join(house.data, 'archive', item.file)));
  assert.match((await restore(small, '--replace')).output, /a server uses this folder/);
  await other.get('/api/v1/cameras/porch', json('PATCH', { name: 'Changed' }));
  await other.server.stop();
  assert.match((await restore(small)).output, /--replace/);
  assert.equal((await restore('--replace', small)).code, 0);
  assert.equal(fs.readFileSync(path.join(data, 'restored.conf'), 'utf8'), fs.readFileSync(settings, 'utf8'));
  assert.equal(fs.readdirSync(data).filter((name) => name.startsWith('replaced-')).length, 1);
  await other.start();
  assert.equal((await other.describe('porch')).name, 'By the door');
  assert.equal((await other.json('/api/v1/archive')).items.length, 1, 'the archive stays');

  // Packed again by tar, which adds folders.
  await other.server.stop();
  const unpacked = path.join(folder, 'unpacked');
  fs.mkdirSync(unpacked);
  assert.equal(spawnSync('tar', ['xf', full, '-C', unpacked]).status, 0);
  const again = path.join(folder, 'again.tar');
  assert.equal(spawnSync('tar', ['cf', again, '-C', unpacked, 'eyelid-backup', 'eyelid.db', 'archive.db', 'archive']).status, 0);
  const repacked = await restore(again, '--replace');
  assert.equal(repacked.code, 0, repacked.output);
  fs.symlinkSync('/etc/passwd', path.join(unpacked, 'archive/porch/evil.jpg'));
  assert.equal(spawnSync('tar', ['cf', again, '-C', unpacked, 'eyelid-backup', 'eyelid.db', 'archive.db', 'archive']).status, 0);
  assert.match((await restore(again, '--replace')).output, /links or devices/);
});

test('root restores for the owner of the folder', { skip: process.getuid() !== 0 && 'needs root' }, async (t) => {
  const NOBODY = 65534;
  const house = await boot(t);
  await house.camera('porch');
  await house.get('/api/v1/cameras/porch/photo', { method: 'POST' });
  const file = path.join(temporaryFolder(t), 'all.tar'); // in a folder that nobody else may read
  assert.equal((await run('eyelid', ['backup', file, '--pictures', '--data', house.data])).code, 0);
  const data = temporaryFolder(t);
  fs.chownSync(data, NOBODY, NOBODY);
  // A process that has changed its user cannot be looked at by LeakSanitizer.
  const restored = await run('eyelid', ['restore', file, '--data', data],
    { env: { ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0` } });
  assert.equal(restored.code, 0, restored.output);
  const owners = fs.readdirSync(data, { recursive: true }).map((name) => [name, fs.statSync(path.join(data, name)).uid]);
  assert.ok(owners.length > 5);
  assert.deepEqual(owners.filter(([, uid]) => uid !== NOBODY), []);
});
