// The machine's own encoder. The kernel's stand-in for one makes FWHT and no H.264: so the codec room's
// part meets a real driver (m2m.c), and the server finds nothing that it could use and says so.
// modules: vicodec multiplanar=1
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, KIND, liveHead, run } from '../flow/harness.mjs';

/** A camera whose H.264 flows, as the API describes it. */
async function watched(t, encoder) {
  const house = await boot(t, { env: { EYELID_ENCODER: encoder } });
  await house.camera('porch', { fps: 10 });
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  const { stream } = await page.json('started');
  let head;
  do head = liveHead(await page.binary(10000)); while (head.stream !== stream || head.kind !== KIND.chunk);
  assert.ok(head.key, 'the first chunk is a key');
  return { house, camera: await house.describe('porch') };
}

test('pictures go through a real driver', async () => {
  const { code, output } = await run('tests/vm/m2m', []);
  assert.equal(code, 0, output);
});

test('missing hardware is logged once, and software encodes', async (t) => {
  const { house, camera } = await watched(t, 'hardware');
  const lines = house.server.output.match(/.*hardware encoder.*/g);
  assert.equal(lines?.length, 1, house.server.output);
  assert.match(lines[0], /this machine has no hardware encoder for H\.264; software encodes/);
  assert.match(camera.encoder, /^(openh264|x264)$/);
  assert.equal(camera.encoder_note, 'this machine has no hardware encoder; software encodes');
  assert.equal(camera.error, null);
});

test('missing hardware is not logged unless configured', async (t) => {
  const { house, camera } = await watched(t, 'auto');
  assert.doesNotMatch(house.server.output, /hardware/);
  assert.match(camera.encoder, /^(openh264|x264)$/);
  assert.equal(camera.encoder_note, null);
});
