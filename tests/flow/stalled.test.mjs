// What viewers that stop reading cost: 300 of a camera with 4 MB pictures. They stop at different moments, so that
// each group holds another picture.
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { boot, SCALE, undoAfter, waitFor } from './harness.mjs';
import { picture } from '../lib/pictures.mjs';
import { residentKb } from '../lib/proc.mjs';

const PICTURE_BYTES = 4e6, VIEWERS = 300, AT_ONCE = 25, MIB = 1024 * 1024;

// A small picture with comments in front, which count as part of it.
function largePicture() {
  const small = picture('640x480');
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0xff, 0x02]), Buffer.alloc(0xff00, 'c')]);
  const count = Math.ceil(PICTURE_BYTES / comment.length);
  return Buffer.concat([small.subarray(0, 2), ...Array(count).fill(comment), small.subarray(2)]);
}

/** A page that starts the camera and never reads a byte behind its handshake. */
async function stalledViewer(t, house) {
  const { hostname, port } = new URL(house.url);
  const socket = net.connect(port, hostname);
  undoAfter(t, () => socket.destroy());
  socket.on('error', () => {});
  socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    + 'Sec-WebSocket-Protocol: eyelid.live.v1\r\n\r\n');
  await new Promise((resolve) => { socket.once('data', resolve); });
  socket.pause();
  const text = Buffer.from(JSON.stringify({ type: 'start', camera: 'big', rendition: 'jpeg' }));
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
}

test('stalled viewers of large pictures cost little memory', async (t) => {
  const house = await boot(t);
  const device = await house.socket(`${house.deviceUrl}/big`);
  const large = largePicture();
  const send = () => new Promise((resolve) => { device.ws.send(large, resolve); });
  const choked = () => house.metric('eyelid_connections_choked');
  const pinned = () => house.metric('eyelid_connections_pinned_bytes');
  const closed = () => house.metric('eyelid_connections_stalled_closed_total');

  await send();
  await stalledViewer(t, house);
  await waitFor('the first one is stalled', async () => { await send(); return await choked() === 1; });
  const oneKb = residentKb(house.server.pid);

  for (let n = 0; n < VIEWERS; n += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => stalledViewer(t, house)));
    const already = await choked() + await closed();
    await waitFor('a group is stalled', async () => {
      await send();
      return await choked() + await closed() >= Math.min(already + AT_ONCE, n + AT_ONCE);
    });
    assert.ok(await pinned() <= 64 * MIB);
  }
  // Those that go on taking nothing give way, until little is held.
  await waitFor('what is held shrinks', async () => await pinned() <= 16 * MIB, 20000);
  assert.ok(await closed() > 0);
  const manyKb = residentKb(house.server.pid);
  t.diagnostic(`resident: one ${oneKb} KB, ${VIEWERS} ${manyKb} KB; ${await choked()} left, ${await closed()} closed`);
  // Sanitizers keep freed memory for a while: there the counters above decide alone.
  if (SCALE === 1) assert.ok(manyKb - oneKb <= 30e6 / 1024, `${manyKb - oneKb} KB more`);
});
