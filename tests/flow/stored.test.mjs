// What the server promised is on disk: it is killed the moment it has answered, and its disk is full.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { boot, BUILD, temporaryFolder, waitFor } from './harness.mjs';

const JSON_BODY = { 'content-type': 'application/json' };
const ask = (house, method, address, body) => house.get(`/api/v1/cameras${address}`, {
  method, headers: JSON_BODY, body: body && JSON.stringify(body),
});
const network = (id) => ({ source: 'http', id, url: 'http://10.255.255.1/' });

/** The power plug of the program: nothing of it runs on. */
async function killAndStart(house) {
  await house.server.stop('SIGKILL');
  house.server.mayFail = true;
  house.server.end.code = 0;
  await house.start();
}

test('a server that is killed after its answer has kept what it answered', async (t) => {
  const house = await boot(t, { env: { EYELID_MAX_CAMERAS: '100' } });
  for (let i = 0; i < 6; i++) {
    const id = `n${i}`;
    const added = await ask(house, 'POST', '', network(id));
    assert.equal(added.status, 201);
    assert.equal(added.headers.get('location'), `/api/v1/cameras/${id}`);
    await killAndStart(house);
    assert.equal((await house.describe(id))?.name, id);

    const renamed = await ask(house, 'PATCH', `/${id}`, { name: `name ${i}` });
    assert.equal(renamed.status, 200);
    await killAndStart(house);
    assert.equal((await house.describe(id)).name, `name ${i}`);

    assert.equal((await ask(house, 'DELETE', `/${id}`)).status, 204);
    await killAndStart(house);
    assert.equal(await house.describe(id), null);
  }
});

test('settings are kept once they are accepted, and so is an adoption', async (t) => {
  const house = await boot(t, { env: { EYELID_ADOPT: 'ask' } });
  await house.camera('porch');
  assert.equal((await ask(house, 'POST', '/porch/adopt', { name: 'Porch' })).status, 200);
  await killAndStart(house);
  const known = await house.describe('porch');
  assert.deepEqual([known.adopted, known.name], [true, 'Porch']);
  await waitFor('the camera is back', async () => (await house.describe('porch')).state !== 'offline', 20000);
  for (const brightness of [1, 2, -1]) {
    assert.equal((await ask(house, 'PATCH', '/porch/settings', { brightness })).status, 202);
    await killAndStart(house);
    await waitFor('the camera is back', async () => (await house.describe('porch')).state !== 'offline', 20000);
    assert.equal((await (await ask(house, 'GET', '/porch/settings')).json()).brightness, brightness);
  }
});

/** A server whose data folder is a separate small file system, visible here through its root. */
async function bootSmall(t, size = '600k') {
  const data = temporaryFolder(t);
  const house = await boot(t, {
    data,
    command: ['unshare', '--mount', 'sh', '-c',
      `mount -t tmpfs -o size=${size} tmpfs "$1" && shift && exec "$@"`, 'sh', data,
      path.join(BUILD, 'eyelid')],
    args: ['--http', '127.0.0.1:0', '--device', '127.0.0.1:0', '--data', data],
  });
  return { house, fill: path.join(`/proc/${house.server.pid}/root${data}`, 'fill') };
}

/** Writes to this file until not one more byte fits. */
function fillUp(name) {
  const file = fs.openSync(name, 'w');
  for (let room = 1 << 20; room > 0;) {
    try { fs.writeSync(file, Buffer.alloc(room)); } catch { room >>= 1; }
  }
  fs.closeSync(file);
}

test('a full disk is an error to the asker, and the same request works once there is room', {
  skip: process.getuid() !== 0 && 'needs root to mount a file system',
}, async (t) => {
  const { house, fill } = await bootSmall(t);
  await house.camera('porch');
  assert.equal((await ask(house, 'PATCH', '/porch/settings', { brightness: 1 })).status, 202);
  const page = await house.page();

  fillUp(fill);
  for (const [method, address, body] of [
    ['PATCH', '/porch/settings', { brightness: 2 }], ['PATCH', '/porch', { name: 'Front porch' }],
    ['POST', '', network('gate')], ['DELETE', '/porch', undefined],
  ]) {
    const response = await ask(house, method, address, body);
    assert.equal(response.status, 507, `${method} ${address}: ${await response.clone().text()}`);
    assert.equal((await response.json()).type, 'urn:eyelid:problem:disk-full');
  }
  page.send({ type: 'set', camera: 'porch', request: 7, values: { brightness: 2 } });
  const refused = await page.json('set-done');
  assert.deepEqual([refused.ok, refused.code], [false, 'disk-full']);
  assert.equal(await house.describe('gate'), null); // taken back
  const puts = (address, body) => house.get(address, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const receivers = { receivers: [{ id: 'bell', kind: 'webhook', url: 'http://10.0.0.9/' }] };
  const motion = { ...await house.json('/api/v1/cameras/porch/motion'), armed: true };
  for (const [address, body] of [['/api/v1/layout', { order: ['porch'], hidden: [], groups: [] }],
    ['/api/v1/receivers', receivers], ['/api/v1/cameras/porch/motion', motion],
    ['/api/v1/cameras/porch/motion', { ...motion, sensitivity: 71 }]]) {
    const before = await house.json(address);
    assert.equal((await puts(address, body)).status, 507, address);
    assert.deepEqual(await house.json(address), before, `${address} is as it was`);
  }
  assert.ok(await house.describe('porch'));

  fs.unlinkSync(fill);
  assert.equal((await ask(house, 'PATCH', '/porch/settings', { brightness: 2 })).status, 202);
  assert.equal((await ask(house, 'PATCH', '/porch', { name: 'Front porch' })).status, 200);
  assert.equal((await ask(house, 'POST', '', network('gate'))).status, 201);
  assert.equal((await house.describe('porch')).name, 'Front porch');
});

test('continuous recording tells of a full disk, and goes on by itself once there is room', {
  skip: process.getuid() !== 0 && 'needs root to mount a file system',
}, async (t) => {
  const { house, fill } = await bootSmall(t, '64m');
  await house.camera('porch', { fps: 20 });
  const address = '/api/v1/cameras/porch/record';
  const state = (why, wanted) => waitFor(why, async () => {
    const { recording, error } = await house.json(address);
    return wanted(error, recording);
  }, 30000);
  const recorded = () => house.metric('eyelid_recorded_bytes_total');
  assert.equal((await house.get(address, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"continuous":true}' })).status, 204);
  await waitFor('it records', async () => (await recorded()) > 30000, 20000);
  fillUp(fill);
  await state('it has stopped', (error) => error === 'No space left on device');
  fs.unlinkSync(fill);
  const before = await recorded();
  await state('it records again', (error, recording) => error === null && recording);
  await waitFor('it grows', async () => (await recorded()) > before + 30000, 20000);
  // Every file has its row, whatever could not be written while the disk was full; and it was said once.
  assert.equal((await house.get(address, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"continuous":false}' })).status, 204);
  const files = () => fs.readdirSync(path.join(path.dirname(fill), 'archive'), { recursive: true }).filter((name) => name.endsWith('.mp4'));
  await waitFor('all clips are listed', async () => {
    const { items } = await house.json('/api/v1/archive?kind=clip&limit=100');
    return items.length >= 2 && items.length === files().length;
  }, 20000);
  assert.equal(house.server.output.match(/recording stopped/g).length, 1);
});

test('an archive whose disk is unmounted is awaited, and nothing is written below its mount point', {
  skip: process.getuid() !== 0 && 'needs root to mount a file system',
}, async (t) => {
  const data = temporaryFolder(t);
  const house = await boot(t, {
    data,
    command: ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=64m tmpfs "$1" && mkdir "$1/stick" "$1/archive" && ' +
      'mount --bind "$1/stick" "$1/archive" && shift && exec "$@"', 'sh', data, path.join(BUILD, 'eyelid')],
    args: ['--http', '127.0.0.1:0', '--device', '127.0.0.1:0', '--data', data],
  });
  const seen = path.join(`/proc/${house.server.pid}/root${data}`, 'archive');
  const inside = (...command) => assert.equal(spawnSync('nsenter', ['-t', String(house.server.pid), '-m', ...command]).status, 0, command.join(' '));
  await house.camera('porch', { fps: 20 });
  const address = '/api/v1/cameras/porch/record';
  const state = (why, wanted) => waitFor(why, async () => wanted(await house.json(address)), 30000);
  const photo = async () => (await ask(house, 'POST', '/porch/photo')).status;
  assert.equal(await photo(), 201);
  assert.equal((await house.get(address, { method: 'PUT', headers: JSON_BODY, body: '{"continuous":true}' })).status, 204);
  await state('it records', ({ recording }) => recording);

  inside('umount', '--lazy', path.join(data, 'archive'));
  await state('it has stopped', ({ error }) => error === "the archive's folder is gone");
  assert.equal(await photo(), 500);
  assert.match((await house.json('/api/v1/archive')).detail, /disk is not mounted/);
  await house.server.says(/cannot be used: its files are on another disk, or none is mounted/);
  assert.deepEqual(fs.readdirSync(seen), [], 'below the mount point');

  inside('mount', '--bind', path.join(data, 'stick'), path.join(data, 'archive'));
  await waitFor('photos are kept again', async () => await photo() === 201, 30000);
  await state('it records again', ({ recording, error }) => recording && error === null);
  await house.server.says(/archive: the archive is back/);
  const items = (await house.json('/api/v1/archive?limit=50')).items;
  assert.ok(items.some((item) => item.kind === 'clip'), 'the clip of before was taken in');
  for (const item of items) assert.equal((await house.get(item.url)).status, 200);
});

test('the last picture and how long a camera is away outlive the server', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '0' } });
  const camera = await house.camera('porch');
  const shown = Buffer.from(await (await house.get('/snapshot/porch.jpg')).arrayBuffer());
  await house.state('porch', 'asleep');
  await camera.stop();
  await house.state('porch', 'offline');
  assert.equal((await house.server.stop()).code, 0);
  await house.start();
  const poster = await house.get('/poster/porch.jpg');
  assert.equal(poster.status, 200);
  assert.ok(shown.equals(Buffer.from(await poster.arrayBuffer())), 'the same picture');
  assert.equal((await house.get('/snapshot/porch.jpg?max_age=600')).status, 200);
  const known = await house.describe('porch');
  assert.equal(known.state, 'offline');
  assert.ok(known.last_frame_age_s > 0 && known.state_since_s > 0);
});
