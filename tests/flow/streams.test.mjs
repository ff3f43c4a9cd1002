// The endless streams of docs/protocol.md, section 3, as programs that copy them see them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { boot, temporaryFolder } from './harness.mjs';

const execute = promisify(execFile);

async function packets(file) {
  const { stdout } = await execute('ffprobe', ['-v', 'error', '-select_streams', 'v',
    '-show_entries', 'packet=pts_time,flags', '-show_entries', 'stream=codec_name,width,height',
    '-of', 'json', file]);
  return JSON.parse(stdout);
}

for (const [form, type] of [['mp4', 'video/mp4'], ['h264', 'video/h264'], ['ts', 'video/mp2t']]) {
  test(`${form} is copied by ffmpeg, with a key at least every 2 s`, async (t) => {
    const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
    await house.camera('porch', { size: '320x240' });
    const response = await house.get(`/stream/porch.${form}`);
    assert.equal(response.headers.get('content-type'), type);
    await response.body.cancel();
    const file = path.join(temporaryFolder(t), `copy.${form === 'mp4' ? 'mp4' : 'ts'}`);
    const input = form === 'h264' ? ['-use_wallclock_as_timestamps', '1', '-f', 'h264'] : [];
    await execute('ffmpeg', ['-v', 'error', ...input, '-i', `${house.url}/stream/porch.${form}`,
      '-c', 'copy', '-t', '5', file], { timeout: 60000 });
    const { packets: all, streams: [stream] } = await packets(file);
    assert.equal(stream.codec_name, 'h264');
    assert.equal(stream.width, 320);
    const times = all.map((packet) => Number(packet.pts_time));
    const keys = times.filter((_, i) => all[i].flags.includes('K'));
    assert.ok(keys.length >= 3, `keys at ${keys}`);
    if (form === 'h264') return; // it has no timestamps
    const span = times.at(-1) - times[0];
    assert.ok(span > 3 && span < 7, `a span of ${span} s`);
    for (let i = 1; i < times.length; i++) assert.ok(times[i] > times[i - 1]);
    for (let i = 1; i < keys.length; i++) {
      assert.ok(keys[i] - keys[i - 1] <= 2.05, `keys at ${keys}`);
    }
  });
}

test('a transport stream continues when the camera changes its size', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  const camera = await house.camera('porch', { size: '320x240' });
  const response = await house.get('/stream/porch.ts');
  const reader = response.body.getReader();
  const chunks = [(await reader.read()).value];
  camera.mayFail = true;
  await camera.stop();
  await house.state('porch', 'offline');
  await house.camera('porch', { size: '640x480' });
  await house.state('porch', 'awake');
  for (let n = 0; n < 20; n++) {
    const { done, value } = await reader.read();
    assert.ok(!done);
    chunks.push(value);
  }
  await reader.cancel();
  const bytes = Buffer.concat(chunks);
  assert.equal(bytes.length % 188, 0);
  for (let at = 0; at < bytes.length; at += 188) assert.equal(bytes[at], 0x47);
});
