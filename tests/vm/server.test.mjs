// The programs on Debian's own kernel, on a slow machine, without any local camera.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, KIND, liveHead } from '../flow/harness.mjs';

test('a mock camera is transcoded, and asleep again', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  await house.camera('porch', { fps: 10 });
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  const { stream } = await page.json('started');
  let head;
  do head = liveHead(await page.binary(10000)); while (head.stream !== stream || head.kind !== KIND.chunk);
  assert.ok(head.key, 'the first chunk is a key');
  assert.ok(head.unit.length > 0);
  page.send({ type: 'stop', camera: 'porch' });
  await page.json('stopped');
  await house.state('porch', 'asleep');
});
