// New cameras: they wait for the owner's word where the configuration says so, are remembered, and can
// be forgotten again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from './harness.mjs';

const ASK = { env: { EYELID_ADOPT: 'ask', EYELID_LINGER_S: '1' } };

test('adopt = ask: a new camera cannot be viewed before it is adopted', async (t) => {
  const house = await boot(t, ASK);
  await house.camera('porch');
  assert.equal((await house.describe('porch')).adopted, false);
  assert.equal((await house.get('/snapshot/porch.jpg')).status, 409);
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  assert.equal((await page.json('error')).code, 'not-adopted');
  assert.equal(await house.metric('eyelid_frames_received_total', { camera: 'porch' }), 0);

  const adopted = await house.get('/api/v1/cameras/porch/adopt',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"Front porch"}' });
  assert.equal(adopted.status, 200);
  assert.equal((await adopted.json()).name, 'Front porch');
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  await page.json('started');
  await page.binary();
  page.close();

  // It stays so over a restart.
  await house.server.stop();
  await house.start();
  await waitFor('the camera is back', async () => (await house.describe('porch'))?.state !== 'offline', 20000);
  const again = await house.describe('porch');
  assert.deepEqual([again.adopted, again.name], [true, 'Front porch']);
});

test('addresses give no rights: access = open makes viewers, here and through a proxy', async (t) => {
  const house = await boot(t, { env: { EYELID_OPEN_ROLE: 'viewer', EYELID_HOSTS: 'cameras.example.org' } });
  await house.server.says(/access = open: no accounts, everyone who reaches the page is a viewer/);
  await house.camera('porch');
  for (const headers of [{}, { 'x-forwarded-for': '192.0.2.7' }, { via: '1.1 proxy' }, { forwarded: 'for=192.0.2.7' }]) {
    assert.equal((await house.get('/api/v1/cameras', { headers })).status, 200);
    const response = await house.get('/api/v1/cameras/porch', { method: 'DELETE', headers });
    assert.equal(response.status, 403);
    assert.match((await response.json()).detail, /needs the role admin .*open_role/);
  }
  const who = await house.json('/api/v1/session');
  assert.deepEqual([who.access, who.principal, who.role], ['open', 'anyone', 'viewer']);
  const { hello } = await house.page();
  assert.deepEqual([hello.access, hello.role], ['open', 'viewer']);
});

test('a removed camera is gone for every page, and reappears as a new one', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  await house.camera('porch');
  const page = await house.page();
  const stream = await house.get('/stream/porch.mjpg');
  const reader = stream.body.getReader();
  await reader.read();
  const removed = await house.get('/api/v1/cameras/porch', { method: 'DELETE' });
  assert.equal(removed.status, 204);
  assert.equal((await page.json('removed')).camera, 'porch');
  for (;;) { // the stream ends
    const { done } = await reader.read().catch(() => ({ done: true }));
    if (done) break;
  }
  // The mock camera connects again by itself.
  await page.next((m) => m.type === 'camera' && m.camera.id === 'porch' && m.camera.state !== 'offline',
    'the camera again', 20000);
});

test('a camera accepts only the first token that its device presented', async (t) => {
  const house = await boot(t);
  const token = 'the-owners-own-token';
  const bearer = (text) => ({ headers: { authorization: `Bearer ${text}` } });
  const camera = await house.camera('porch', { args: ['--token', token] });
  assert.equal((await house.get('/snapshot/porch.jpg')).status, 200); // its picture makes it known

  for (const options of [{}, bearer('somebody-elses-token')]) {
    const stranger = await house.socket(`${house.deviceUrl}/porch`, [], options);
    assert.equal((await stranger.closed).code, 1008);
  }
  await assert.rejects(house.socket(`${house.deviceUrl}/porch`, [], bearer('short')), /400/);
  assert.notEqual((await house.describe('porch')).state, 'offline');
  await house.server.says(/porch: a device is refused: it does not present this camera's token/);

  await camera.stop();
  await house.server.stop();
  await house.start();
  const stranger = await house.socket(`${house.deviceUrl}/porch`);
  assert.equal((await stranger.closed).code, 1008);
  const back = await house.camera('porch', { args: ['--token', token] });
  await back.stop();

  assert.equal((await house.get('/api/v1/cameras/porch', { method: 'DELETE' })).status, 204);
  await house.camera('porch');
});

test('settings are reset to their defaults and stay there', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  await house.camera('porch');
  const put = await house.get('/api/v1/cameras/porch/settings',
    { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"brightness":2}' });
  assert.equal(put.status, 202);
  const valueOf = async () => (await house.json('/api/v1/cameras/porch/settings')).brightness;
  assert.equal(await valueOf(), 2);
  const page = await house.page();
  page.send({ type: 'reset', camera: 'porch', request: 9 });
  const done = await page.json('set-done');
  assert.deepEqual([done.request, done.ok], [9, true]);
  assert.equal(await valueOf(), 0);
  await house.server.stop();
  await house.start();
  await waitFor('the camera is back', async () => (await house.describe('porch'))?.state !== 'offline', 20000);
  assert.equal(await valueOf(), 0);
});
