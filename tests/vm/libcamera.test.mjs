// A camera behind libcamera: the kernel's virtual one (vimc), the real library, our helper.
// modules: vimc
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { boot, KIND, liveHead, sleep, waitFor } from '../flow/harness.mjs';
import { pretendUdev } from './machine.mjs';

/** The server, and the camera's id once it is found and open. */
async function start(t, env = {}) {
  pretendUdev();
  const house = await boot(t, { env: { EYELID_LINGER_S: '1', ...env } });
  const camera = await waitFor('the camera is found', async () => {
    const { cameras } = await house.json('/api/v1/cameras');
    return cameras.find((c) => c.source === 'libcamera' && c.state !== 'offline');
  }, 20000);
  return { house, id: camera.id };
}

/** Process ids of the helpers that hold a camera. */
function helpers() {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('eyelid-libcamera\0--camera');
    } catch {
      return false; // ended in between
    }
  }).map(Number);
}

async function body(response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, bytes.toString('latin1', 0, 200));
  return bytes;
}

/** A fresh picture; the server's patience with one is meant for faster machines than this. */
const snapshot = (house, id) => waitFor('a fresh picture', async () => {
  const response = await house.get(`/snapshot/${id}.jpg`);
  return response.status === 504 ? null : body(response);
});

/** [width, height] of a JPEG, by its frame header. */
function size(bytes) {
  let at = 2;
  while ((bytes[at + 1] & 0xf0) !== 0xc0 || bytes[at + 1] === 0xc4) at += 2 + bytes.readUInt16BE(at + 2);
  return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
}

function meanLuma(bytes) {
  const grey = execFileSync('ffmpeg', ['-v', 'error', '-f', 'mjpeg', '-i', '-', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'],
    { input: bytes, maxBuffer: 1 << 24 });
  return grey.reduce((sum, y) => sum + y, 0) / grey.length;
}

async function chunks(page, stream, count) {
  let first;
  for (let n = 0; n < count;) {
    const head = liveHead(await page.binary(20000));
    if (head.stream !== stream || head.kind !== KIND.chunk) continue;
    first ??= head;
    n++;
  }
  return first;
}

test('it wakes, is seen as H.264, sleeps with its last picture, and wakes again at once', async (t) => {
  const { house, id } = await start(t);
  const asleep = await house.describe(id);
  assert.match(id, /^sensor-b-[0-9a-f]{4}$/);
  assert.equal(asleep.name, 'Sensor B');
  const [helper] = helpers();
  const page = await house.page();
  for (let round = 0; round < 2; round++) {
    page.send({ type: 'start', camera: id, rendition: 'h264' });
    const { stream } = await page.json('started');
    const first = await chunks(page, stream, 5);
    assert.ok(first.key, 'the first chunk is a key');
    const awake = await house.describe(id);
    assert.deepEqual([awake.width, awake.height, awake.error], [960, 540, null]);
    page.send({ type: 'stop', camera: id });
    await page.json('stopped');
    await house.state(id, 'asleep');
  }
  assert.deepEqual(helpers(), [helper], 'one helper, the same one all the time');
  const cpu = () => fs.readFileSync(`/proc/${helper}/stat`, 'utf8').split(' ').slice(13, 15).map(Number).reduce((a, b) => a + b);
  await waitFor('two seconds in which the helper computes nothing', async () => {
    const before = cpu();
    await sleep(2000);
    return cpu() === before;
  });
});

test('brightness is seen; a size and a rate are kept over a restart of the server', async (t) => {
  const { house, id } = await start(t);
  const patch = (values) => house.get(`/api/v1/cameras/${id}/settings`, {
    method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values),
  });
  const names = async () => (await house.describe(id)).controls.map((control) => control.name);
  await waitFor('the helper has told its controls', async () => (await names()).length > 0, 20000);
  assert.deepEqual(await names(), ['brightness', 'contrast', 'saturation', 'size', 'fps']);
  const normal = meanLuma(await snapshot(house, id));
  assert.equal((await patch({ brightness: 60 })).status, 202);
  await waitFor('the picture is brighter', async () => meanLuma(await snapshot(house, id)) > normal + 10);
  assert.equal((await patch({ brightness: 101 })).status, 422);
  assert.equal((await patch({ size: '1x1' })).status, 422);
  assert.equal((await patch({ size: '1920x1080', fps: 5, brightness: 0 })).status, 202);
  await waitFor('the picture is large', async () => size(await snapshot(house, id))[0] === 1920);
  await house.state(id, 'asleep');
  await house.server.stop();
  await house.start();
  await house.state(id, 'asleep', 20000);
  assert.deepEqual(size(await snapshot(house, id)), [1920, 1080]);
});

test('a still is of full size, while it sleeps and while it streams small', async (t) => {
  const { house, id } = await start(t);
  const capture = async () => body(await house.get(`/api/v1/cameras/${id}/capture`, { method: 'POST' }));
  assert.deepEqual(size(await capture()), [1920, 1080]);
  assert.equal((await house.describe(id)).state, 'asleep');
  const page = await house.page();
  page.send({ type: 'start', camera: id, rendition: 'h264' });
  const { stream } = await page.json('started');
  await chunks(page, stream, 3);
  assert.deepEqual(size(await capture()), [1920, 1080]);
  await chunks(page, stream, 5); // the stream is back
  assert.equal((await house.describe(id)).width, 960);
});

test('a helper that is killed is shown, started again, and leaves nothing behind', async (t) => {
  const { house, id } = await start(t);
  const page = await house.page();
  page.send({ type: 'start', camera: id, rendition: 'h264' });
  const { stream } = await page.json('started');
  await chunks(page, stream, 3);
  const [first] = helpers();
  process.kill(first, 'SIGKILL');
  const told = await page.next((m) => m.type === 'camera' && m.camera.error, 'the error', 20000);
  assert.match(told.camera.error, /helper process crashed \(Killed\)/);
  // Stills whose requester has left are answered, and do not block later ones.
  const still = async () => (await house.get(`/api/v1/cameras/${id}/capture`, { method: 'POST' })).status;
  const statuses = await Promise.all(Array.from({ length: 5 }, still));
  assert.ok(statuses.every((status) => [200, 502, 503, 504].includes(status)), `${statuses}`);
  await waitFor('another helper', () => helpers().some((pid) => pid !== first), 20000);
  page.queue.length = 0;
  await chunks(page, stream, 5);
  await waitFor('the error is void', async () => (await house.describe(id)).error === null);
  assert.ok(!fs.existsSync(`/proc/${first}`), 'no zombie');
  await waitFor('a still', async () => await still() === 200, 20000);
  // Killed itself, the server takes its helper with it.
  house.server.mayFail = true;
  const [second] = helpers();
  await house.server.stop('SIGKILL');
  await waitFor('the helper ended', () => !fs.existsSync(`/proc/${second}`), 20000);
});

test('removed while connected, it reappears as a new one', async (t) => {
  const { house, id } = await start(t);
  const page = await house.page();
  assert.equal((await house.get(`/api/v1/cameras/${id}`, { method: 'DELETE' })).status, 204);
  await page.json('removed');
  await page.next((m) => m.type === 'camera' && m.camera.id === id && m.camera.state === 'asleep', 'the camera again', 20000);
  await waitFor('one helper is left', () => helpers().length === 1);
  await snapshot(house, id);
});

test('stopped while it streams, the server ends cleanly', async (t) => {
  const { house, id } = await start(t);
  const page = await house.page();
  page.send({ type: 'start', camera: id, rendition: 'h264' });
  const { stream } = await page.json('started');
  await chunks(page, stream, 3);
  const end = await house.server.stop();
  assert.equal(end.code, 0);
  assert.deepEqual(helpers(), []);
});

test('disabled by configuration, it is not listed', async (t) => {
  pretendUdev();
  const house = await boot(t, { env: { EYELID_LIBCAMERA: 'off' } });
  await sleep(2000);
  assert.deepEqual((await house.json('/api/v1/cameras')).cameras, []);
  assert.deepEqual(helpers(), []);
});
