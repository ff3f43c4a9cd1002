// The page's WebSocket, docs/protocol.md, section 2, against the real server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, KIND, liveHead, waitFor } from './harness.mjs';

const QUICK = { env: { EYELID_LINGER_S: '1' } };

test('a still comes with its number, its size and its bytes', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const page = await house.page();
  page.send({ type: 'capture', camera: 'porch', request: 3 });
  const captured = await page.json('captured');
  assert.deepEqual([captured.ok, captured.request, captured.width, captured.height], [true, 3, 1600, 1200]);
  const head = liveHead(await page.binary());
  assert.deepEqual([head.kind, head.stream, head.sequence], [KIND.still, 0, 3]);
  assert.equal(head.payload.length, captured.bytes);
  assert.equal(head.payload.readUInt16BE(0), 0xffd8);
});

test('an old picture is marked as such while the camera wakes', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'jpeg' });
  await page.json('started');
  let head = liveHead(await page.binary()); // no poster: it was never seen before
  assert.equal(head.kind, KIND.jpeg);
  page.send({ type: 'stop', camera: 'porch' });
  await house.state('porch', 'asleep');
  page.queue.length = 0;

  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  const started = await page.json('started');
  const poster = await page.json('poster');
  assert.equal(poster.stream, started.jpeg_stream);
  assert.ok(poster.age_s >= 0);
  head = liveHead(await page.binary());
  assert.deepEqual([head.kind, head.stream, head.sequence], [KIND.jpeg, poster.stream, poster.sequence]);
  head = liveHead(await page.binary());
  assert.deepEqual([head.kind, head.stream], [KIND.init, started.stream]);
  head = liveHead(await page.binary());
  assert.deepEqual([head.kind, head.key], [KIND.chunk, true]);
  let { sequence } = head;
  for (let i = 0; i < 20; i++) {
    head = liveHead(await page.binary());
    assert.equal(head.sequence, ++sequence);
  }
});

test('several cameras on one connection, JPEG and H.264', async (t) => {
  const house = await boot(t, QUICK);
  const ids = ['a', 'b', 'c'];
  for (const id of ids) await house.camera(id);
  const page = await house.page();
  const seen = new Map();
  for (const id of ids) page.send({ type: 'start', camera: id, rendition: id === 'b' ? 'jpeg' : 'h264' });
  for (const _ of ids) {
    const started = await page.json('started');
    seen.set(started.stream, 0);
  }
  await waitFor('ten frames of each', async () => {
    const { stream, kind } = liveHead(await page.binary());
    if (seen.has(stream) && kind !== KIND.init) seen.set(stream, seen.get(stream) + 1);
    return [...seen.values()].every((n) => n >= 10);
  }, 10000);
});

test('settings, clock and errors', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const page = await house.page();
  assert.match(page.hello.boot, /^[0-9a-f]{32}$/);

  page.send({ type: 'set', camera: 'porch', request: 4, values: { brightness: 1 } });
  const done = await page.json('set-done');
  assert.deepEqual([done.ok, done.request], [true, 4]);
  const ended = await page.json('setting');
  assert.deepEqual([ended.change, ended.result, ended.values], [done.change, 'applied', { brightness: 1 }]);
  assert.equal((await house.json('/api/v1/cameras/porch/settings')).brightness, 1);
  page.send({ type: 'set', camera: 'porch', request: 5, values: { brightness: 99 } });
  const refused = await page.json('set-done');
  assert.deepEqual([refused.ok, refused.code], [false, 'invalid']);
  assert.match(refused.message, /^brightness must be/);

  page.send({ type: 'ping', t: 1234.5 });
  const pong = await page.json('pong');
  assert.equal(pong.t, 1234.5);
  assert.ok(pong.server_us >= page.hello.server_us);

  page.send({ type: 'start', camera: 'garden', rendition: 'h264' });
  const unknown = await page.json('error');
  assert.deepEqual([unknown.code, unknown.camera], ['no-such-camera', 'garden']);
  page.send({ type: 'dance' });
  assert.equal((await page.json('error')).code, 'unsupported');
  page.send({ type: 'start', camera: 'porch' });
  assert.equal((await page.json('error')).code, 'bad-message');
});

test('a page that speaks too much, too long or in bytes is closed', async (t) => {
  const house = await boot(t, QUICK);
  const flood = await house.page();
  for (let i = 0; i < 2000; i++) flood.send({ type: 'ping', t: i });
  assert.equal((await flood.closed).code, 1008);
  const long = await house.page();
  long.send({ type: 'ping', t: 1, padding: 'x'.repeat(20000) });
  assert.equal((await long.closed).code, 1009);
  const bytes = await house.page();
  bytes.send(Buffer.from('hello'));
  assert.equal((await bytes.closed).code, 1003);
  await assert.rejects(house.socket(`ws://${house.http}/api/v1/live`, []), /40\d/);
  await waitFor('all are gone', async () => await house.metric('eyelid_pages') === 0);
});

test('a page that stops reading costs the others no frame', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch', { size: '640x480', fps: 30, args: ['--quality', '95', '--noise', '8'] });
  const slow = await house.page();
  const fast = await house.page();
  slow.send({ type: 'start', camera: 'porch', rendition: 'jpeg' });
  fast.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  await slow.binary();
  slow.ws.pause();
  const chunk = async () => {
    for (;;) {
      const head = liveHead(await fast.binary());
      if (head.kind === KIND.chunk) return head.sequence;
    }
  };
  let sequence = await chunk();
  await waitFor('the slow one is far behind', async () => {
    for (let i = 0; i < 10; i++) assert.equal(await chunk(), ++sequence);
    const sent = await house.metric('eyelid_frames_sent_total');
    return 2 * await house.metric('eyelid_frames_received_total') - sent > 30;
  }, 20000);
  slow.ws.resume();
  await waitFor('the slow one has skipped', async () => await house.metric('eyelid_frames_skipped_slow_total') > 0);
  const newest = await house.metric('eyelid_frames_received_total');
  await waitFor('the slow one is at the live edge', async () => liveHead(await slow.binary()).sequence >= newest);
});
