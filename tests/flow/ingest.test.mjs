// What real devices do to their pictures and connections never reaches a viewer and never ends a
// stream: eyelid-fakecam --fault against the server, a page looking on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fs from 'node:fs';
import { boot, KIND, liveHead, SCALE, waitFor } from './harness.mjs';

const isWhole = (jpeg) => jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9;

/** The next n pictures that the page is shown, in both renditions; each is looked at. */
async function watch(page, n, rendition, look = () => {}) {
  page.send({ type: 'start', camera: 'porch', rendition });
  const { stream } = await page.json('started');
  let last = 0;
  for (let i = 0; i < n;) {
    const head = liveHead(await page.binary(15000));
    if (head.stream !== stream || head.kind === KIND.init) continue;
    assert.ok(head.sequence > last, 'numbers rise');
    if (rendition === 'h264') assert.ok(last === 0 || head.sequence === last + 1 || head.key, 'a key behind a gap');
    else assert.ok(isWhole(head.unit), 'a whole JPEG');
    last = head.sequence;
    look(head);
    i++;
  }
}

const drops = (house, reason) => house.metric('eyelid_frames_dropped_total', { camera: 'porch', reason });

for (const [fault, reasons] of [
  ['no-soi:3', ['no-soi']],
  ['no-eoi:3', ['no-eoi']],
  ['truncated:3', ['no-eoi', 'truncated', 'garbage']],
  ['garbage:3', ['garbage', 'truncated']],
]) {
  for (const plain of [false, true]) {
    test(`${fault} from a ${plain ? 'plain' : 'controlled'} device`, async (t) => {
      const house = await boot(t);
      await house.camera('porch', { fps: 30, args: ['--fault', fault, ...(plain ? ['--plain'] : [])] });
      const page = await house.page();
      await watch(page, 12, 'jpeg');
      await watch(page, 12, 'h264');
      let dropped = 0;
      for (const reason of reasons) dropped += await drops(house, reason);
      assert.ok(dropped >= 5, `${dropped} dropped as ${reasons}`);
      assert.equal(await drops(house, 'undecodable'), 0);
      assert.equal((await house.describe('porch')).error, null);
    });
  }
}

test('fragments of 1 KiB and base64', async (t) => {
  const house = await boot(t);
  const camera = await house.camera('porch', { args: ['--fault', 'fragment'] });
  await watch(await house.page(), 5, 'jpeg');
  assert.equal((await camera.stop()).code, 0);
  await house.state('porch', 'offline');
  await house.camera('porch', { args: ['--plain', '--fault', 'base64,fragment'] });
  await watch(await house.page(), 5, 'jpeg');
  for (const reason of ['protocol', 'garbage', 'no-soi', 'no-eoi', 'truncated']) assert.equal(await drops(house, reason), 0);
});

test('another size while streaming restarts the video', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 30, args: ['--fault', 'wrong-size:10'] });
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  const { stream } = await page.json('started');
  let inits = 0;
  let fresh = false;
  while (inits < 3) {
    const head = liveHead(await page.binary(15000));
    if (head.stream !== stream) continue;
    if (head.kind === KIND.init) inits++;
    else if (fresh) assert.ok(head.key, 'a key behind an init segment');
    fresh = head.kind === KIND.init;
  }
});

test('a clock that jumps does not make pictures old or of the future', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 30, args: ['--fault', 'clock-jump:5'] });
  const page = await house.page();
  page.send({ type: 'ping', t: 1 });
  const before = await page.json('pong');
  await watch(page, 40, 'jpeg', ({ captureUs }) => {
    assert.ok(captureUs > before.server_us - 10e6, 'no older than 10 s');
    assert.ok(captureUs < before.server_us + 60e6 * SCALE, 'and not of the future');
  });
});

test('a device that disconnects again and again', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 30, args: ['--fault', 'disconnect:1'] });
  const page = await house.page();
  const received = () => house.metric('eyelid_starts_total', { camera: 'porch' });
  page.send({ type: 'start', camera: 'porch', rendition: 'jpeg' });
  await page.json('started');
  await waitFor('it was started three times', async () => (await received()) >= 3, 20000);
  await page.binary();
});

test('an oversized frame ends the connection, not the view', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 30, args: ['--plain', '--fault', 'huge:8'] });
  await watch(await house.page(), 20, 'jpeg');
  await house.server.says(/porch: a device is refused: message too large/);
});

test('invalid texts do not end the stream', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 30, args: ['--fault', 'text-junk:2'] });
  await watch(await house.page(), 30, 'jpeg'); // the 17th ends the connection; it comes back
});

for (const [what, address, protocols, hello, why] of [
  ['an id in capitals', '/Porch', [], null, /\/Porch: a device is refused: wrong address: it must end with the device's id/],
  ['a bad id in the query', '/?id=front_door', [], null, /front_door: a device is refused: an id is 1 to 32 of a-z/],
  ['a hello of another camera', '/porch', ['eyelid.device.v1'], { type: 'hello', id: 'yard' },
    /porch: a device is refused: the id in hello differs from the address/],
]) {
  test(`a device refused for ${what} is in the log`, async (t) => {
    const house = await boot(t);
    const device = house.socket(house.deviceUrl + address, protocols);
    if (hello) (await device).send(hello);
    else await assert.rejects(device);
    await house.server.says(why);
  });
}

test('a dashboard that polls snapshots learns what is wrong, and so does the page', async (t) => {
  const house = await boot(t);
  const device = await house.socket(`${house.deviceUrl}/porch`);
  const sending = setInterval(() => device.ws.readyState === 1 && device.send(Buffer.from('no picture at all')), 50);
  t.after(() => clearInterval(sending));
  await house.state('porch', 'asleep');
  for (let i = 0; i < 2; i++) {
    const answer = await house.get('/snapshot/porch.jpg');
    assert.equal(answer.status, 504);
    assert.match(await answer.text(), /no usable frame within 3 s; dropped: no-soi/);
  }
  assert.match((await house.describe('porch')).error, /dropped: no-soi/);
  assert.equal(house.server.output.match(/no usable frame/g).length, 1); // logged once
});

const decoders = (server) => fs.readdirSync('/proc').filter((pid) => {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return status.startsWith('Name:\teyelid-jpeg\n') && status.includes(`\nPPid:\t${server}\n`);
  } catch { return false; /* ended, or no process */ }
});

test('the process that decodes may do nothing else, and its death costs a picture', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '0' } });
  await house.camera('porch', { fps: 30 });
  await house.camera('yard', { fps: 30 });
  assert.deepEqual(decoders(house.server.pid), [], 'none while the cameras sleep');
  const page = await house.page(), other = await house.page();
  await watch(page, 5, 'h264');
  other.send({ type: 'start', camera: 'yard', rendition: 'h264' });
  await other.json('started');
  await other.binary();
  const born = decoders(house.server.pid);
  assert.equal(born.length, 2, 'one for each camera that is watched');
  for (const pid of born) {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    assert.match(status, /^Seccomp:\t2$/m, 'under a filter');
    assert.match(status, /^NoNewPrivs:\t1$/m);
    const open = fs.readdirSync(`/proc/${pid}/fd`).filter((fd) => +fd > 2);
    assert.deepEqual(open, ['3'], 'it holds its socket and nothing else');
    process.kill(pid, 'SIGKILL');
  }
  await waitFor('new decoders', () => decoders(house.server.pid).filter((pid) => !born.includes(pid)).length === 2);
  const later = await house.page();
  await watch(later, 20, 'h264');
  assert.equal(await drops(house, 'undecodable'), 1);
  await house.server.says(/a picture ended the process that decodes it/);
  for (const one of [page, other, later]) one.close();
  await house.state('porch', 'asleep');
  await waitFor('no decoder', () => decoders(house.server.pid).length === 0);
});
