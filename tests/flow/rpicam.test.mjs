// A Raspberry Pi camera without eyelid-libcamera: rpicam's own programs, for which rpicam-stand-in.mjs
// stands in.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { boot, endsPromptly, KIND, liveHead, run, SCALE, temporaryFolder, TOP, waitFor } from './harness.mjs';

const ID = 'imx219-df84';

function draw(folder, name, size) {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=size=${size}`, '-frames:v', '1',
    '-c:v', 'mjpeg', '-q:v', '5', path.join(folder, `${name}.jpg`)]);
}

/** The server with the programs in its PATH under these names; {house, lines, pictures}. */
async function start(t, { env = {}, names = ['rpicam-vid', 'rpicam-still'], data, lingers = false } = {}) {
  const folder = temporaryFolder(t);
  const programs = path.join(folder, 'bin');
  fs.mkdirSync(programs);
  for (const name of names) fs.symlinkSync(path.join(TOP, 'tests/flow/rpicam-stand-in.mjs'), path.join(programs, name));
  for (const size of ['320x240', '1280x720']) draw(folder, size, size);
  draw(folder, 'still', '4608x2592');
  const log = path.join(folder, 'log');
  fs.writeFileSync(log, '');
  if (lingers) fs.writeFileSync(path.join(folder, 'linger'), '');
  const house = await boot(t, {
    data,
    env: {
      EYELID_LINGER_S: '1', EYELID_LIBCAMERA: 'rpicam', RPICAM_LOG: log, RPICAM_PICTURES: folder,
      PATH: `${programs}:${process.env.PATH}`, ...env,
    },
  });
  const lines = () => fs.readFileSync(log, 'utf8').split('\n').filter(Boolean);
  if (lingers) await waitFor('it lingers', () => lines().length === 1);
  else await house.state(ID, 'asleep', 10000);
  return { house, lines, pictures: folder };
}

const isAlive = (pid) => fs.existsSync(`/proc/${pid}`);
const pidOf = (line) => Number(line.split(' ')[0]);

async function jpeg(page, stream) {
  for (;;) {
    const head = liveHead(await page.binary(10000));
    if (head.stream === stream && head.kind === KIND.jpeg) return head.unit;
  }
}

test('it is found, streams while it has viewers, and its program ends without', async (t) => {
  const { house, lines } = await start(t);
  const camera = await house.describe(ID);
  assert.deepEqual([camera.name, camera.model, camera.source, camera.controlled], ['imx219', 'imx219', 'libcamera', true]);
  assert.deepEqual(lines(), [], 'asleep, nothing runs');
  const page = await house.page();
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  const { stream } = await page.json('started');
  for (let n = 0; n < 5; n++) assert.equal((await jpeg(page, stream)).readUInt16BE(0), 0xffd8);
  assert.equal((await house.describe(ID)).width, 1280);
  assert.match(lines()[0], /rpicam-vid --nopreview --verbose=0 --camera 0 .*--codec mjpeg .*--output -$/);
  const pid = pidOf(lines()[0]);
  assert.ok(isAlive(pid));
  page.send({ type: 'stop', camera: ID });
  await house.state(ID, 'asleep');
  await waitFor('the program ended, and is no zombie', () => !isAlive(pid));
  assert.equal(lines().length, 1);
});

test('settings are options of the command line, and restart it', async (t) => {
  const { house, lines } = await start(t);
  const page = await house.page();
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  const { stream } = await page.json('started');
  await jpeg(page, stream);
  page.send({ type: 'set', camera: ID, request: 1, values: { size: '320x240', brightness: -50, mirror: true, fps: 10 } });
  assert.equal((await page.json('set-done')).ok, true);
  await waitFor('pictures of the new size', async () => {
    await jpeg(page, stream);
    return (await house.describe(ID)).width === 320;
  }, 10000);
  assert.match(lines().at(-1), /--brightness -0.50 --hflip --width 320 --height 240 --framerate 10 /);
  assert.equal(lines().length, 2);
  page.send({ type: 'set', camera: ID, request: 2, values: { mirror: true } });
  assert.equal((await page.json('set-done')).ok, true);
  for (let n = 0; n < 5; n++) await jpeg(page, stream);
  assert.equal(lines().length, 2, 'what changes nothing restarts nothing');
});

test('a still is of full size, and the stream comes back after it', async (t) => {
  const { house, lines, pictures } = await start(t);
  const page = await house.page();
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  const { stream } = await page.json('started');
  await jpeg(page, stream);
  page.send({ type: 'capture', camera: ID, request: 7 });
  const captured = await page.json('captured', 10000);
  assert.deepEqual([captured.ok, captured.width, captured.height], [true, 4608, 2592]);
  const programs = () => lines().map((line) => line.split(' ')[1]);
  await waitFor('the stream is back', () => programs().length === 3);
  assert.deepEqual(programs(), ['rpicam-vid', 'rpicam-still', 'rpicam-vid']);
  await jpeg(page, stream);
  fs.rmSync(path.join(pictures, 'still.jpg'));
  const response = await house.get(`/api/v1/cameras/${ID}/capture`, { method: 'POST' });
  assert.ok(response.status >= 500, 'a failed still is reported');
});

test('a program that dies is shown and started again', async (t) => {
  const { house, lines } = await start(t);
  const page = await house.page();
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  const { stream } = await page.json('started');
  await jpeg(page, stream);
  process.kill(pidOf(lines()[0]), 'SIGKILL');
  const told = await page.next((m) => m.type === 'camera' && m.camera.error, 'the error', 10000);
  assert.equal(told.camera.error, 'rpicam-vid ended unexpectedly');
  await waitFor('another one', () => lines().length === 2);
  page.queue.length = 0;
  await jpeg(page, stream);
  await waitFor('the error is void', async () => (await house.describe(ID)).error === null);
});

test('an endless picture is given up', async (t) => {
  const { house, lines, pictures } = await start(t);
  fs.writeFileSync(path.join(pictures, 'endless'), '');
  const page = await house.page();
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  const { stream } = await page.json('started');
  const sentence = 'rpicam-vid sends a picture that is too large';
  await page.next((m) => m.type === 'camera' && m.camera.error === sentence, 'the error', 10000);
  assert.ok(!isAlive(pidOf(lines()[0])), 'the program was ended');
  fs.rmSync(path.join(pictures, 'endless'));
  await jpeg(page, stream);
});

test('stills that wait together are one', async (t) => {
  const { house, lines, pictures } = await start(t);
  fs.writeFileSync(path.join(pictures, 'hold'), '');
  const capture = (signal) => house.get(`/api/v1/cameras/${ID}/capture`, { method: 'POST', signal });
  const impatient = new AbortController();
  const gone = Array.from({ length: 4 }, () => capture(impatient.signal).catch(() => null));
  const stills = Array.from({ length: 9 }, () => capture());
  await waitFor('the program runs', () => lines().length === 1);
  impatient.abort();
  await Promise.all(gone);
  fs.rmSync(path.join(pictures, 'hold'));
  const statuses = (await Promise.all(stills)).map((response) => response.status);
  assert.deepEqual(statuses, Array(9).fill(200));
  assert.ok(lines().length <= 2, 'one for those who came first, one for the others');
});

test('libcamera-vid is used if rpicam-vid is missing', async (t) => {
  const { house, lines } = await start(t, { names: ['libcamera-vid', 'libcamera-still'] });
  const response = await house.get(`/snapshot/${ID}.jpg`);
  assert.equal(response.status, 200);
  assert.match(lines()[0], /^\d+ libcamera-vid /);
  assert.ok(!lines()[0].includes('--no-raw'));
});

test('removing a streaming camera ends its program, and it reappears as new', async (t) => {
  const { house, lines } = await start(t);
  const page = await house.page();
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  const { stream } = await page.json('started');
  await jpeg(page, stream);
  const response = await house.get(`/api/v1/cameras/${ID}`, { method: 'DELETE' });
  assert.ok(response.ok);
  await waitFor('the program ended', () => !isAlive(pidOf(lines()[0])));
  await page.json('removed');
  await house.state(ID, 'asleep');
});

test('a removed camera reappears as new only after its last program has ended, even one that ignores signals', async (t) => {
  const { house, lines, pictures } = await start(t);
  fs.writeFileSync(path.join(pictures, 'deaf'), '');
  const page = await house.page();
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  const { stream } = await page.json('started');
  await jpeg(page, stream);
  const response = await house.get(`/api/v1/cameras/${ID}`, { method: 'DELETE' });
  assert.ok(response.ok);
  await page.json('removed');
  await house.state(ID, 'asleep');
  assert.ok(!isAlive(pidOf(lines()[0])), 'it was killed, and its camera is free');
  page.send({ type: 'start', camera: ID, rendition: 'jpeg' });
  await jpeg(page, (await page.json('started')).stream);
});

test('SIGTERM does not wait for a slow list', async (t) => {
  const { house, lines } = await start(t, { lingers: true });
  const end = await house.server.stop();
  assert.equal(end.code, 0);
  assert.ok(end.ms < 10000 * SCALE, `${end.ms} ms`);
  assert.ok(!isAlive(pidOf(lines()[0])));
});

test('SIGTERM ends a program that ignores signals in time, even with slow viewers', (t) => endsPromptly(async () => {
  const { house, lines, pictures } = await start(t);
  fs.writeFileSync(path.join(pictures, 'deaf'), '');
  const [host, port] = house.http.split(':');
  const viewer = net.connect(Number(port), host); // one that does not read uses up the time
  t.after(() => viewer.destroy());
  viewer.write(`GET /stream/${ID}.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await waitFor('the viewer is far behind', async () => {
    const received = await house.metric('eyelid_frames_received_total');
    return received - await house.metric('eyelid_frames_sent_total') > 20;
  }, 20000);
  const end = await house.server.stop();
  assert.ok(!isAlive(pidOf(lines()[0])), 'it was killed');
  return end;
}));

test('missing rpicam programs are reported if they were configured', async (t) => {
  const house = await boot(t, { env: { EYELID_LIBCAMERA: 'rpicam', PATH: '/nowhere' } });
  await house.server.says(/no Raspberry Pi cameras: rpicam-vid and rpicam-still are not installed/);
});

test('the list of cameras names the program that drives them', async (t) => {
  const { house } = await start(t);
  const { code, stdout } = await run('eyelid', ['cameras'], { env: house.options.env });
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^libcamera +ok +${ID} +imx219 \\(.*\\)\\n    by rpicam-vid\\n`, 'm'));
});

test('the helper can be built by itself, for the libcamera of this machine', (t) => {
  const folder = temporaryFolder(t);
  execFileSync(path.join(TOP, 'script/helper'), ['--to', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { status, stderr } = spawnSync(path.join(folder, 'eyelid-libcamera'), { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /is started by eyelid/);
});
