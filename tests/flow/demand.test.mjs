// The main thing: a camera is awake while somebody looks, and only then.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { boot, endsPromptly, KIND, liveHead, sleep, waitFor } from './harness.mjs';

const QUICK = { env: { EYELID_LINGER_S: '1' } };

test('asleep, awake while a page looks, asleep again', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  await house.state('porch', 'asleep');
  assert.equal(await house.metric('eyelid_frames_received_total', { camera: 'porch' }), 0);

  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  const started = await page.json('started');
  assert.equal(started.rendition, 'h264');
  let head;
  do head = liveHead(await page.binary()); while (head.stream !== started.stream);
  assert.equal(head.kind, KIND.init);
  assert.equal(head.payload.subarray(4, 8).toString(), 'ftyp');
  head = liveHead(await page.binary());
  assert.equal(head.kind, KIND.chunk);
  assert.ok(head.key, 'the first chunk is a key');
  const awake = await house.state('porch', 'awake');
  assert.deepEqual(awake.why.map(({ reason, rendition, count }) => ({ reason, rendition, count })),
    [{ reason: 'viewer', rendition: 'h264', count: 1 }]);
  assert.equal(await house.metric('eyelid_camera_state', { camera: 'porch', state: 'awake' }), 1);

  page.send({ type: 'stop', camera: 'porch' });
  await page.json('stopped');
  await house.state('porch', 'asleep');
  const received = await house.metric('eyelid_frames_received_total', { camera: 'porch' });
  const encoded = await house.metric('eyelid_frames_encoded_total', { camera: 'porch' });
  assert.ok(received > 0 && encoded > 0);
  await sleep(500);
  assert.equal(await house.metric('eyelid_frames_received_total', { camera: 'porch' }), received);
  assert.equal(await house.metric('eyelid_frames_encoded_total', { camera: 'porch' }), encoded);
});

test('a snapshot wakes without an encoder', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch', { size: '640x480' });
  const response = await house.get('/snapshot/porch.jpg');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'image/jpeg');
  const jpeg = Buffer.from(await response.arrayBuffer());
  assert.equal(jpeg.readUInt16BE(0), 0xffd8);
  assert.equal(await house.metric('eyelid_frames_encoded_total', { camera: 'porch' }), 0);
  await house.state('porch', 'asleep');
});

test('a camera that comes back while it is wanted starts again', async (t) => {
  const house = await boot(t, QUICK);
  const camera = await house.camera('porch');
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'jpeg' });
  await page.binary();
  camera.mayFail = true;
  await camera.stop('SIGKILL');
  await house.state('porch', 'offline');
  page.queue.length = 0;
  await house.camera('porch');
  await house.state('porch', 'awake');
  const head = liveHead(await page.binary());
  assert.equal(head.kind, KIND.jpeg);
});

test("a camera's name survives a restart", async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const renamed = await house.get('/api/v1/cameras/porch', {
    method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"name":"Front door"}',
  });
  assert.equal(renamed.status, 200);
  assert.equal((await house.server.stop()).code, 0);
  await house.start();
  assert.equal((await house.describe('porch')).name, 'Front door');
});

test('SIGTERM while a page and a stream are served', (t) => endsPromptly(async () => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  const stream = await house.get('/stream/porch.mp4');
  const reader = stream.body.getReader();
  await reader.read();
  await page.binary();
  const end = await house.server.stop();
  assert.equal((await page.closed).code, 1001);
  await reader.cancel().catch(() => {});
  return end;
}));

test('SIGTERM while a viewer has stopped reading', (t) => endsPromptly(async () => {
  const house = await boot(t, QUICK);
  await house.camera('porch', { size: '800x600', fps: 30, args: ['--quality', '100', '--noise', '8'] });
  const [host, port] = house.http.split(':');
  const viewer = net.connect(Number(port), host);
  t.after(() => viewer.destroy());
  viewer.write('GET /stream/porch.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => viewer.once('readable', resolve));
  await waitFor('the viewer is far behind', async () => {
    const received = await house.metric('eyelid_frames_received_total');
    return received - await house.metric('eyelid_frames_sent_total') > 20;
  }, 20000);
  return house.server.stop();
}));

test('nothing is written without viewers', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  await house.state('porch', 'asleep');
  const files = () => fs.readdirSync(house.data).map((name) => {
    const { size, mtimeNs } = fs.statSync(path.join(house.data, name), { bigint: true });
    return `${name} ${size} ${mtimeNs}`;
  }).join('\n');
  const written = () => fs.readFileSync(`/proc/${house.server.pid}/io`, 'utf8').match(/^write_bytes: (\d+)/m)[1];
  await waitFor('the new camera is in the database', async () => {
    const before = files();
    await sleep(300);
    return files() === before;
  });
  const before = [files(), written()];
  await sleep(2000);
  assert.deepEqual([files(), written()], before);
});
