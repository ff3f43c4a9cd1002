// Cameras at this machine, through the kernel's own drivers: a raw one and USB webcams.
// modules: vivid n_devs=1 node_types=0x1; vhci_hcd; uvcvideo
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { boot, liveHead, run, waitFor } from '../flow/harness.mjs';
import { holders, jpegSize, nodesNamed, Player, v4l2, webcam } from './machine.mjs';

const QUICK = { env: { EYELID_LINGER_S: '1' } };
const RAW = 'platform-vivid-0';
const WEBCAM = 'usb-1d6b-0102-0001';
const [RAW_NODE] = nodesNamed(/^vivid-000-vid-cap/);

async function set(house, id, values) {
  const response = await house.get(`/api/v1/cameras/${id}/settings`, {
    method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values),
  });
  assert.ok(response.ok, `${response.status} ${await response.text()}`);
}

async function value(house, id, name) {
  return (await house.json(`/api/v1/cameras/${id}/settings`))[name];
}

/** A viewer of JPEGs: the cheapest way to keep a camera awake and see that it is. */
async function viewer(house, id) {
  const page = await house.page();
  page.send({ type: 'start', camera: id, rendition: 'jpeg' });
  page.stream = (await page.json('started', 10000)).stream;
  page.frame = async () => {
    for (;;) {
      const head = liveHead(await page.binary(10000));
      if (head.stream === page.stream) return head;
    }
  };
  page.freshFrame = () => {
    page.queue.length = 0;
    return page.frame();
  };
  page.leave = async () => {
    page.send({ type: 'stop', camera: id });
    await page.json('stopped');
  };
  return page;
}

test('a raw camera is found, decoded by a player, changed, and closed again', async (t) => {
  const house = await boot(t, QUICK);
  const found = await house.state(RAW, 'asleep');
  assert.equal(found.source, 'v4l2');
  assert.deepEqual(holders(RAW_NODE), [], 'it is not open without viewers');
  await set(house, RAW, { size: '320x180', fps: 10, brightness: 128 });

  const player = new Player(t, `${house.url}/stream/${RAW}.mp4`);
  await player.shows('three of them', ({ pictures }) => pictures >= 3, 30000);
  assert.deepEqual(holders(RAW_NODE), [house.server.pid]);
  const awake = await house.state(RAW, 'awake');
  assert.deepEqual([awake.width, awake.height], [320, 180]);
  const before = player.luma;
  await set(house, RAW, { brightness: 255 });
  await player.shows('brighter', ({ luma }) => luma > before + 40);
  await set(house, RAW, { brightness: 0 });
  await player.shows('darker', ({ luma }) => luma < before - 40);
  assert.equal(await value(house, RAW, 'brightness'), 0);
  await set(house, RAW, { brightness: 128 });
  for (const format of ['NV12', 'YU12', 'YUYV']) {
    await set(house, RAW, { format });
    await waitFor(`the driver gives ${format}`, async () => (await v4l2('-d', RAW_NODE, '-V')).includes(`'${format}'`));
    const { pictures } = player;
    await player.shows(`three of ${format}, as bright as before`, (now) =>
      now.pictures >= pictures + 3 && Math.abs(now.luma - before) < 15);
  }

  await player.stop();
  const asleep = await house.state(RAW, 'asleep', 10000);
  assert.equal(asleep.error, null);
  await waitFor('the device is closed', () => holders(RAW_NODE).length === 0);

  // A still has the camera's largest size, independent of the stream's size.
  const { controls } = await house.describe(RAW);
  const sizes = controls.find(({ name }) => name === 'size').options.map((text) => text.split('x').map(Number));
  const largest = sizes.reduce((a, b) => (b[0] * b[1] > a[0] * a[1] ? b : a));
  assert.ok(largest[0] > 320);
  const still = await house.get(`/api/v1/cameras/${RAW}/capture`, { method: 'POST' });
  assert.equal(still.status, 200);
  assert.deepEqual(jpegSize(Buffer.from(await still.arrayBuffer())), largest);
});

test('a webcam wakes for a viewer, applies its settings, and sleeps', async (t) => {
  const camera = await webcam(t);
  const house = await boot(t, QUICK);
  await house.state(WEBCAM, 'asleep');
  assert.equal((await house.describe(WEBCAM)).name, 'Fake webcam');
  assert.deepEqual(holders(camera.path), []);

  const page = await viewer(house, WEBCAM);
  await camera.says(/streaming 640x480/);
  const { payload } = await page.frame();
  assert.equal(payload.readUInt16BE(0), 0xffd8);
  assert.deepEqual(holders(camera.path), [house.server.pid]);

  await set(house, WEBCAM, { brightness: -20 });
  await camera.says(/brightness -20\n/);
  await set(house, WEBCAM, { size: '320x240', fps: 5 });
  await camera.says(/streaming 320x240 at 5\n/);
  await waitFor('the frames are small', async () => (await house.describe(WEBCAM)).width === 320, 10000);
  assert.deepEqual(jpegSize((await page.freshFrame()).payload), [320, 240]);

  const still = await house.get(`/api/v1/cameras/${WEBCAM}/capture`, { method: 'POST' });
  assert.equal(still.status, 200);
  assert.deepEqual(jpegSize(Buffer.from(await still.arrayBuffer())), [640, 480], 'the largest that it has');
  await camera.says(/streaming 640x480[^]*streaming 320x240/);
  assert.deepEqual(jpegSize((await page.freshFrame()).payload), [320, 240]);

  await page.leave();
  await camera.says(/stopped/);
  await house.state(WEBCAM, 'asleep');
  await waitFor('the device is closed', () => holders(camera.path).length === 0);
});

test('a webcam that leaves the Huffman tables out is decoded', async (t) => {
  await webcam(t, { args: ['--bare'] });
  const house = await boot(t, QUICK);
  await house.state(WEBCAM, 'asleep');
  await set(house, WEBCAM, { size: '320x240' });
  const player = new Player(t, `${house.url}/stream/${WEBCAM}.mp4`);
  await player.shows('three of them, neither black nor grey', ({ pictures, luma }) => pictures >= 3 && luma > 20, 30000);
  await player.stop();
});

test('an automatic setting of a webcam is applied once automatic is off', async (t) => {
  const camera = await webcam(t);
  const house = await boot(t, QUICK);
  await house.state(WEBCAM, 'asleep');
  const page = await viewer(house, WEBCAM);
  await page.frame();
  const { controls } = await house.describe(WEBCAM);
  const time = controls.find(({ name }) => name === 'exposure_time_absolute');
  assert.equal(time.auto, 'auto_exposure');
  assert.equal(await value(house, WEBCAM, 'auto_exposure'), true);
  await set(house, WEBCAM, { auto_exposure: false, exposure_time_absolute: 40 });
  await camera.says(/exposure mode 1\n[^]*exposure time 40\n/);
  await set(house, WEBCAM, { power_line_frequency: '60 Hz' });
  await camera.says(/power line frequency 2\n/);
});

test('a webcam unplugged while streaming is offline, and continues in another port', async (t) => {
  const camera = await webcam(t);
  const house = await boot(t, QUICK);
  await house.state(WEBCAM, 'asleep');
  const page = await viewer(house, WEBCAM);
  await page.frame();
  await set(house, WEBCAM, { brightness: 30 });
  await camera.says(/brightness 30\n/);

  await camera.unplug();
  const gone = await house.state(WEBCAM, 'offline');
  assert.equal(gone.error, null);
  assert.equal((await house.json('/api/v1/cameras')).cameras.filter(({ id }) => id.startsWith('usb-')).length, 1);

  const path = await camera.plug(3);
  await camera.says(/brightness 30\n/); // it woke up with its own default
  await camera.says(/streaming 640x480/);
  await house.state(WEBCAM, 'awake', 10000);
  await page.freshFrame();
  assert.deepEqual(holders(path), [house.server.pid]);
});

test('a webcam unplugged without viewers comes back unchanged', async (t) => {
  const camera = await webcam(t);
  const house = await boot(t, QUICK);
  await house.state(WEBCAM, 'asleep');
  await camera.unplug();
  await house.state(WEBCAM, 'offline');
  const path = await camera.plug();
  await house.state(WEBCAM, 'asleep', 10000);
  assert.deepEqual(holders(path), []);
});

test('a webcam used by another program says so, and works when that ends', async (t) => {
  const camera = await webcam(t);
  const house = await boot(t, QUICK);
  await house.state(WEBCAM, 'asleep');
  const other = spawn('v4l2-ctl', ['-d', camera.path, '--stream-mmap', '--stream-to=/dev/null'], { stdio: 'ignore' });
  t.after(() => other.kill());
  await camera.says(/streaming/);

  const list = await run('eyelid', ['cameras']);
  assert.equal(list.code, 0);
  assert.match(list.stdout, /\/dev\/video\d+ +busy +usb-1d6b-0102-0001[^]*used by v4l2-ctl/);

  const page = await house.page();
  page.send({ type: 'start', camera: WEBCAM, rendition: 'jpeg' });
  await waitFor('the camera has a sentence', async () => {
    const { state, error } = await house.describe(WEBCAM);
    return state === 'waking' && /another program uses this camera \(v4l2-ctl/.test(error);
  });
  other.kill();
  const awake = await house.state(WEBCAM, 'awake', 20000);
  assert.equal(awake.error, null);
});

test('a webcam that falls silent is restarted', async (t) => {
  const camera = await webcam(t);
  const house = await boot(t, QUICK);
  await house.state(WEBCAM, 'asleep');
  const page = await viewer(house, WEBCAM);
  await camera.says(/streaming/);
  await page.frame();
  camera.command('stall');
  await camera.says(/stalled/);
  await camera.says(/stopped[^]*streaming/, 20000);
  camera.command('resume');
  await camera.says(/resumed/);
  await page.freshFrame();
  await house.state(WEBCAM, 'awake');
});

test('two webcams with one serial number are two cameras', async (t) => {
  const house = await boot(t, QUICK);
  const cameras = [await webcam(t, { name: 'First', port: 0 }), await webcam(t, { name: 'Second', port: 1 })];
  const ids = await waitFor('both are there', async () => {
    const list = (await house.json('/api/v1/cameras')).cameras.filter(({ id }) => id.startsWith('usb-'));
    return list.length === 2 && list.map(({ id }) => id);
  }, 10000);
  for (const id of ids) {
    const response = await house.get(`/snapshot/${id}.jpg`);
    assert.equal(response.status, 200, await response.text());
  }
  for (const camera of cameras) await camera.says(/streaming/);
});

test('the list of cameras says what each of them can do', async (t) => {
  const camera = await webcam(t);
  const { code, stdout } = await run('eyelid', ['cameras']);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`${RAW_NODE} +ok +${RAW} `));
  assert.match(stdout, new RegExp(`${camera.path} +ok +${WEBCAM} +Fake webcam \\(uvcvideo\\)\\n +\\S+ .*640x480@30`));
});

test('a camera that is removed while it is plugged in is a new one', async (t) => {
  const house = await boot(t, QUICK);
  await house.state(RAW, 'asleep');
  const page = await viewer(house, RAW);
  await page.frame();
  assert.equal((await house.get(`/api/v1/cameras/${RAW}`, { method: 'DELETE' })).status, 204);
  await page.json('removed');
  await page.next((m) => m.type === 'camera' && m.camera.id === RAW && m.camera.state === 'asleep', 'the camera again', 20000);
  assert.equal((await house.get(`/snapshot/${RAW}.jpg`)).status, 200);
});

test('requests while a sleeping camera takes a still are not lost', async (t) => {
  const camera = await webcam(t);
  const house = await boot(t, { env: { EYELID_LINGER_S: '1', EYELID_START_TIMEOUT_S: '30' } });
  await house.state(WEBCAM, 'asleep');
  const still = () => house.get(`/api/v1/cameras/${WEBCAM}/capture`, { method: 'POST' }).then(({ status }) => status);
  const isOpen = () => holders(camera.path).length > 0;
  const first = still();
  await waitFor('the still is being taken', isOpen);
  const second = still();
  assert.deepEqual(await Promise.all([first, second]), [200, 200]);

  await waitFor('it is closed', () => !isOpen());
  const third = still();
  await waitFor('the third still is being taken', isOpen);
  const page = await viewer(house, WEBCAM);
  await page.frame();
  assert.equal(await third, 200);
  await page.leave();

  await waitFor('it is closed again', () => !isOpen(), 20000);
  const last = still().catch(() => 0);
  await waitFor('the last still is being taken', isOpen);
  const end = await house.server.stop();
  assert.equal(end.code, 0, JSON.stringify(end));
  await last;
});
