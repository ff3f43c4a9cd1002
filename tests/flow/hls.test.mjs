// HLS against the real server: FFmpeg's player reads it, a low-latency client follows its parts, and the camera sleeps
// when polling stops.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { boot, SCALE, temporaryFolder } from './harness.mjs';

const QUICK = { env: { EYELID_LINGER_S: '1' } };
const execute = promisify(execFile);

/** The packets or frames that ffprobe finds behind the address as numbers of that entry. */
async function probe(input, entries, args = []) {
  const { stdout, stderr } = await execute('ffprobe', ['-v', 'error', ...args, '-of', 'csv=p=0', '-show_entries',
    entries, input], { timeout: 60000 * SCALE, maxBuffer: 16 << 20 });
  assert.equal(stderr, '');
  return stdout.trim().split('\n').filter(Boolean).map((line) => Number(line.split(',')[0]));
}

const attribute = (playlist, name) => Number(playlist.match(new RegExp(`${name}[:=]([0-9.]+)`))[1]);
const partsOf = (playlist) => [...playlist.matchAll(/#EXT-X-PART:DURATION=([0-9.]+),URI="([^"]+)"/g)]
  .map(([, duration, uri]) => ({ duration: Number(duration), uri }));

test('FFmpeg plays it, and the camera sleeps when it is gone', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const address = `${house.url}/hls/porch/index.m3u8`;
  const times = await probe(address, 'packet=pts_time', ['-read_intervals', '%+4']);
  assert.ok(times.length >= 10, `${times.length} packets in 4 s at 25 fps`);
  for (let i = 1; i < times.length; i++) {
    assert.ok(times[i] > times[i - 1], `${times[i]} comes after ${times[i - 1]}`);
  }
  const { why } = await house.describe('porch');
  assert.deepEqual(why.map(({ reason, rendition, count }) => ({ reason, rendition, count })),
    [{ reason: 'viewer', rendition: 'h264', count: 1 }]);
  await house.state('porch', 'asleep', 15000);
});

test('a client that follows the parts gets each of them, decodable and as long as it was said', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const index = '/hls/porch/index.m3u8';
  const first = await house.get(index);
  assert.equal(first.status, 200);
  assert.equal(first.headers.get('content-type'), 'application/vnd.apple.mpegurl');
  assert.equal(first.headers.get('cache-control'), 'private, no-store');
  let playlist = await first.text();
  const bytes = async (uri) => {
    const response = await house.get(`/hls/porch/${uri}`);
    assert.equal(response.status, 200, uri);
    assert.equal(response.headers.get('content-type'), 'video/mp4');
    assert.match(response.headers.get('cache-control'), /max-age/);
    return Buffer.from(await response.arrayBuffer());
  };
  const collected = [await bytes(playlist.match(/#EXT-X-MAP:URI="([^"]+)"/)[1])];
  const seen = new Set();
  let duration = 0, last = 0;
  for (let round = 0; round < 12; round++) {
    for (const part of partsOf(playlist).filter(({ uri }) => !seen.has(uri))) {
      assert.ok(part.duration <= attribute(playlist, 'PART-TARGET') + 1e-6, playlist);
      seen.add(part.uri);
      duration += last = part.duration;
      collected.push(await bytes(part.uri));
    }
    const [, hint, msn, number] = playlist.match(/PRELOAD-HINT:TYPE=PART,URI="([^"]*part-(\d+)\.(\d+)\.m4s)"/);
    const [next] = await Promise.all([
      house.get(`${index}?_HLS_msn=${msn}&_HLS_part=${number}`).then((response) => response.text()),
      bytes(hint), // held until it is there
    ]);
    assert.ok(next.includes(`URI="${hint}"`), `${hint} in ${next}`);
    playlist = next;
  }
  for (const [, seconds] of playlist.matchAll(/#EXTINF:([0-9.]+)/g)) {
    assert.ok(Math.round(seconds) <= attribute(playlist, 'TARGETDURATION'), playlist);
  }
  const file = path.join(temporaryFolder(t), 'parts.mp4');
  fs.writeFileSync(file, Buffer.concat(collected));
  const times = await probe(file, 'frame=pts_time');
  const rate = times.length / duration;
  const span = times.at(-1) - times[0]; // up to a frame of the last part
  assert.ok(span <= duration && span > duration - last - 0.01, `${span} s in parts of ${duration} s`);
  assert.ok(rate > 1 && rate < 30, `${rate} fps`);
  await house.state('porch', 'asleep', 15000);
});

test('missing media are 404, and HEAD wakes nothing', async (t) => {
  const house = await boot(t, QUICK);
  assert.equal((await house.get('/hls/garden/index.m3u8')).status, 404);
  const camera = await house.camera('porch');
  assert.equal((await house.get('/hls/porch/index.m3u8', { method: 'HEAD' })).status, 200);
  assert.equal((await house.get('/hls/porch/01234567/seg-1.m4s')).status, 404);
  assert.equal((await house.get('/hls/porch/index.m3u8?_HLS_part=1')).status, 400);
  assert.equal((await house.describe('porch')).state, 'asleep');
  camera.mayFail = true;
  await camera.stop();
  await house.state('porch', 'offline');
  assert.equal((await house.get('/hls/porch/index.m3u8')).status, 503);
});
