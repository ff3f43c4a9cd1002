// The machine's cameras by themselves, without the server: what the scenarios build on holds.
// modules: vivid n_devs=1; vhci_hcd; uvcvideo; vimc; vicodec
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder, waitFor } from '../flow/harness.mjs';
import { holders, jpegs, nodesNamed, PICTURES, v4l2, webcam } from './machine.mjs';

async function capture(t, node, count, ...settings) {
  const file = path.join(temporaryFolder(t), 'frames');
  await v4l2('-d', node, ...settings, '--stream-mmap', `--stream-count=${count}`, `--stream-to=${file}`);
  return fs.readFileSync(file);
}

test('a raw camera follows its brightness', async (t) => {
  const [node] = nodesNamed(/^vivid-000-vid-cap/);
  const format = 'width=320,height=180,pixelformat=YUYV';
  const luma = async (brightness) => {
    const picture = await capture(t, node, 1, '-v', format, '-c', `brightness=${brightness}`);
    assert.equal(picture.length, 320 * 180 * 2);
    return picture.filter((_, i) => i % 2 === 0).reduce((sum, y) => sum + y, 0) / (320 * 180);
  };
  const dark = await luma(0), bright = await luma(255);
  assert.ok(bright > dark + 50, `mean luma ${dark} and ${bright}`);
});

test('a webcam gives the frames of the size that was chosen', async (t) => {
  const camera = await webcam(t);
  for (const [size, file] of Object.entries(PICTURES)) {
    const [width, height] = size.split('x');
    const frames = await capture(t, camera.path, 5, '-v', `width=${width},height=${height},pixelformat=MJPG`);
    await camera.says(new RegExp(`streaming ${size} at 30`));
    await camera.says(/stopped/);
    const drawn = jpegs(fs.readFileSync(file));
    assert.equal(jpegs(frames).length, 5);
    for (const frame of jpegs(frames)) {
      assert.ok(drawn.some((jpeg) => jpeg.equals(frame)), `a frame of ${frame.length} bytes is one of ${file}`);
    }
  }
});

test('a bare webcam leaves the Huffman tables out', async (t) => {
  const camera = await webcam(t, { args: ['--bare'] });
  const [frame] = jpegs(await capture(t, camera.path, 1));
  const marker = (byte) => frame.indexOf(Buffer.from([0xff, byte]));
  assert.ok(marker(0xda) > 0, 'a scan');
  assert.ok(marker(0xc4) < 0, 'no DHT segment');
});

test('a webcam applies its controls, and refuses automatic ones', async (t) => {
  const camera = await webcam(t);
  await v4l2('-d', camera.path, '-c', 'brightness=-20');
  await camera.says(/brightness -20\n/);
  await assert.rejects(v4l2('-d', camera.path, '-c', 'exposure_time_absolute=40'), /Permission denied/);
  await v4l2('-d', camera.path, '-c', 'auto_exposure=1');
  await v4l2('-d', camera.path, '-c', 'exposure_time_absolute=40');
  await camera.says(/exposure mode 1\n[^]*exposure time 40\n/);
});

test('a webcam is unplugged while streaming and comes back in another port', async (t) => {
  const camera = await webcam(t, { serial: 'A-17' });
  const reader = spawn('v4l2-ctl', ['-d', camera.path, '--stream-mmap', '--stream-to=/dev/null'], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => reader.kill());
  let said = '';
  reader.stderr.on('data', (bytes) => { said += bytes; });
  const ended = new Promise((resolve) => reader.on('close', resolve));
  await waitFor('three frames', () => said.split('<').length > 3);
  assert.deepEqual(holders(camera.path), [reader.pid]);
  await camera.unplug();
  await ended;
  assert.match(said, /VIDIOC_D?QBUF: failed/); // whichever of the two the reader was about to call
  const node = await camera.plug(3);
  assert.deepEqual(holders(node), []);
  const device = fs.realpathSync(`/sys/class/video4linux/${path.basename(node)}/device`);
  assert.equal(fs.readFileSync(path.join(device, '../serial'), 'utf8').trim(), 'A-17');
  assert.ok((await capture(t, node, 2)).length > 0);
});

test('a webcam that stops delivering continues when it is restarted', async (t) => {
  const camera = await webcam(t);
  camera.command('stall');
  await camera.says(/stalled/);
  let done = false;
  const frames = capture(t, camera.path, 2).finally(() => { done = true; });
  await camera.says(/streaming/);
  await v4l2('-d', camera.path, '--get-fmt-video'); // some time goes by
  assert.equal(done, false);
  camera.command('resume');
  assert.ok((await frames).length > 0);
});

test('vimc gives pictures', async (t) => {
  const [node] = nodesNamed(/^Raw Capture 0/);
  await promisify(execFile)('media-ctl', ['-d', 'platform:vimc', '-V', '"Sensor A":0[fmt:SBGGR8_1X8/640x480]']);
  assert.equal((await capture(t, node, 2, '-v', 'pixelformat=BA81')).length, 2 * 640 * 480);
});

test('vicodec encodes', async (t) => {
  const [node] = nodesNamed(/stateful-encoder/);
  const file = path.join(temporaryFolder(t), 'encoded');
  await v4l2('-d', node, '-x', 'width=320,height=240,pixelformat=YU12', '--stream-mmap', '--stream-out-mmap',
    '--stream-count=3', `--stream-to=${file}`);
  const { size } = fs.statSync(file);
  assert.ok(size > 0 && size < 3 * 320 * 240 * 1.5, `${size} bytes`);
});
