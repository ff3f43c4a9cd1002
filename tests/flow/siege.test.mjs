// Devices that send too much, come too often, or are made up: what they cost others is bounded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, KIND, liveHead, waitFor } from './harness.mjs';

const DEVICE = ['eyelid.device.v1'];
const CONTROLS = Array.from({ length: 64 }, (_, i) => ({ name: `c${i}`, type: 'int', min: 0, max: 1000, value: 0 }));

async function device(house, id, hello = {}) {
  const socket = await house.socket(`${house.deviceUrl}/${id}`, DEVICE);
  socket.send({ type: 'hello', id, ...hello });
  return socket;
}

test('a device that sends more than its share is read more slowly, and others go on', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 30 });
  const evil = await device(house, 'evil', { controls: CONTROLS });
  await house.state('evil', 'asleep');
  const values = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`c${i % 64}_${i}`, i]));
  for (let n = 0; n < 2000; n++) evil.send({ type: 'values', values }); // 32 MB of well-formed texts
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'jpeg' });
  const { stream } = await page.json('started');
  for (let frames = 0; frames < 60;) {
    const head = liveHead(await page.binary());
    if (head.stream === stream && head.kind === KIND.jpeg) frames++;
  }
  assert.ok(evil.ws.bufferedAmount > 0, 'most of it waits at the device');
  assert.notEqual((await house.describe('evil')).state, 'offline', 'it is not sent away');
});

test('battery updates are limited to two a second, and the last value is always sent', async (t) => {
  const house = await boot(t);
  const flip = await device(house, 'flip');
  await house.state('flip', 'asleep');
  const page = await house.page();
  const FLIPS = 60; // within the share of a device: all are heard
  for (let n = 0; n < FLIPS; n++) flip.send({ type: 'state', state: 'idle', battery: n % 2 ? 20 : 80 });
  flip.send({ type: 'state', state: 'idle', battery: 33 });
  let told = 0;
  const begin = performance.now();
  await page.next((m) => {
    if (m.type === 'camera' && m.camera.id === 'flip') told++;
    return m.type === 'camera' && m.camera.battery === 33;
  }, 'the last value', 10000);
  const most = 3 + 2 * Math.floor((performance.now() - begin) / 1000);
  assert.ok(told <= most, `told ${told} times of ${FLIPS} changes, ${most} at most`);
});

test('made-up ids do not use up the room for cameras', async (t) => {
  const house = await boot(t, { env: { EYELID_MAX_CAMERAS: '3', EYELID_MAX_NEW_CAMERAS_PER_MINUTE: '5' } });
  for (let n = 0; n < 40; n++) {
    const junk = await device(house, `junk${n}`);
    await junk.json('stop'); // it is let in
    junk.close();
    await junk.closed;
  }
  await house.camera('porch');
  assert.equal((await house.get('/snapshot/porch.jpg')).status, 200);
  const added = await house.get('/api/v1/cameras', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'http', id: 'gate', url: 'http://10.0.0.9/' }),
  });
  assert.equal(added.status, 201);
  const lines = house.server.output?.split('\n').filter((line) => line.includes('junk')).length ?? 0;
  assert.ok(lines <= 61, `${lines} lines about them`);
  // What never sent a picture is not remembered.
  await house.server.stop();
  await house.start();
  const { cameras } = await house.json('/api/v1/cameras');
  assert.deepEqual(cameras.map(({ id }) => id).sort(), ['gate', 'porch']);
});

test('a stranger with a token does not take over a camera that is known without one', async (t) => {
  const house = await boot(t);
  const camera = await house.camera('porch');
  assert.equal((await house.get('/snapshot/porch.jpg')).status, 200);
  await camera.stop();
  await house.state('porch', 'offline', 10000);
  const stranger = await house.socket(`${house.deviceUrl}/porch`, [], { headers: { authorization: 'Bearer a-strangers-own-token' } });
  stranger.close();
  await stranger.closed;
  await house.camera('porch'); // the owner's, without a token, is let in
  await house.state('porch', 'asleep');
});

test('two boards with one id are reported', async (t) => {
  const house = await boot(t);
  for (let n = 0; n < 5; n++) await device(house, 'twin');
  await waitFor('it is said', async () => /two devices use this id/.test((await house.describe('twin')).error ?? ''));
  await house.server.says(/twin: two devices use this id and replace each other/);
});
