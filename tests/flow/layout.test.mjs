// The wall's layout outlives the server; the last picture is there without waking.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot } from './harness.mjs';

const LAYOUT = { order: ['yard', 'porch'], hidden: ['attic'], groups: [{ name: 'Garden', cameras: ['yard'] }] };

test('the layout of the wall is there again after a restart', async (t) => {
  const house = await boot(t);
  const put = await house.get('/api/v1/layout', { method: 'PUT', body: JSON.stringify(LAYOUT),
    headers: { 'content-type': 'application/json' } });
  assert.equal(put.status, 204);
  await house.server.stop();
  await house.start();
  assert.deepEqual(await house.json('/api/v1/layout'), LAYOUT);
});

test('the last picture of a camera that sleeps wakes nothing', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  await house.camera('porch');
  assert.equal((await house.get('/api/v1/cameras/porch/last.jpg')).status, 404);
  await house.get('/snapshot/porch.jpg');
  await house.state('porch', 'asleep', 15000);
  const last = await house.get('/api/v1/cameras/porch/last.jpg');
  assert.equal(last.headers.get('content-type'), 'image/jpeg');
  assert.equal(Buffer.from(await last.arrayBuffer()).readUInt16BE(0), 0xffd8);
  assert.equal((await house.describe('porch')).state, 'asleep');
});
