// The HTTP side of docs/protocol.md, section 3, against the real server and its own OpenAPI file.
import Ajv2020 from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { boot, SCALE, temporaryFolder, waitFor } from './harness.mjs';

const QUICK = { env: { EYELID_LINGER_S: '1' } };
const execute = promisify(execFile);

/** A request with headers that fetch would not send: {status, headers, body}. */
function ask(house, address, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(house.url + address, { method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({
        status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks),
      }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A check of JSON against a schema of the server's OpenAPI file. */
async function validator(house) {
  const openapi = await house.json('/api/v1/openapi.json');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(openapi, 'openapi');
  return (name, value) => {
    const validate = ajv.getSchema(`openapi#/components/schemas/${name}`);
    assert.ok(validate(value), `${name}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value)}`);
  };
}

const settings = (house, id, values) => house.get(`/api/v1/cameras/${id}/settings`,
  { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values) });

test('what the server says is what its OpenAPI file promises', async (t) => {
  const house = await boot(t, QUICK);
  const check = await validator(house);
  check('CameraList', await house.json('/api/v1/cameras'));

  const camera = await house.camera('porch');
  check('Camera', await house.describe('porch'));
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  await page.binary();
  const awake = await house.state('porch', 'awake');
  check('Camera', awake);
  assert.equal(awake.why[0].reason, 'viewer');
  check('CameraList', await house.json('/api/v1/cameras'));
  check('AwakeDay', await house.json('/api/v1/cameras/porch/awake'));
  const desk = await house.socket(`${house.deviceUrl}/desk`, ['eyelid.device.v1']);
  desk.send({ type: 'hello', id: 'desk', battery: 81 });
  await house.state('desk', 'asleep');
  const day = await house.json('/api/v1/cameras/desk/awake');
  check('AwakeDay', day);
  assert.deepEqual(day.battery.map(({ percent }) => percent), [81]);
  assert.deepEqual(page.cameras.map(({ id }) => id), ['porch']);
  check('CameraList', { cameras: page.cameras });

  const control = awake.controls.find(({ name }) => name === 'brightness');
  const set = await settings(house, 'porch', { brightness: control.max });
  assert.equal(set.status, 202);
  const accepted = await set.json();
  check('Accepted', accepted);
  const ended = await page.json('setting');
  assert.deepEqual([ended.change, ended.result], [accepted.change, 'applied']);
  const { changes } = await house.json('/api/v1/cameras/porch/settings/changes');
  check('SettingChanges', { changes });
  assert.deepEqual(changes, [{ change: accepted.change, state: 'applied', values: ended.values, detail: '' }]);
  const values = await house.json('/api/v1/cameras/porch/settings');
  check('ControlValues', values);
  assert.equal(values.brightness, control.max);
  assert.equal((await settings(house, 'porch', values)).status, 202); // what is read can be written back

  for (const [status, code, response] of [
    [422, 'invalid', await settings(house, 'porch', { brightness: control.max + 1 })],
    [422, 'invalid', await settings(house, 'porch', { nonsense: 1 })],
    [400, 'bad-message', await house.get('/api/v1/cameras/porch/settings', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{' })],
    [404, 'no-such-camera', await settings(house, 'garden', {})],
    [404, 'no-such-camera', await house.get('/api/v1/cameras/garden')],
    [404, 'not-found', await house.get('/api/v1/nothing')],
    [405, 'bad-method', await house.get('/api/v1/cameras', { method: 'DELETE' })],
    [426, 'websocket-only', await house.get('/api/v1/live')],
  ]) {
    assert.equal(response.status, status);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    const problem = await response.json();
    check('Problem', problem);
    assert.deepEqual([problem.type, problem.status], [`urn:eyelid:problem:${code}`, status]);
  }

  // What cannot be read is refused before its address counts.
  for (const [status, response] of [
    [413, await settings(house, 'porch', { brightness: 'x'.repeat(65536) })],
    [400, await house.get('/api/v1/cameras/%00')],
  ]) {
    assert.equal(response.status, status);
    assert.equal(response.headers.get('content-type'), 'text/plain');
  }

  camera.mayFail = true;
  await camera.stop();
  check('Camera', await house.state('porch', 'offline'));
  assert.equal((await settings(house, 'porch', { brightness: 0 })).status, 202);
});

test('another site and another name are kept out', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const foreign = { origin: 'https://evil.example' };
  const rebound = { host: 'evil.example:8080' };
  const embedded = { 'sec-fetch-site': 'cross-site' };
  const referred = { referer: 'http://evil.example/' }; // all that there is at http://192.168.1.20
  for (const [method, address] of [
    ['GET', '/api/v1/cameras'], ['GET', '/metrics'], ['GET', '/snapshot/porch.jpg'],
    ['GET', '/stream/porch.mp4'], ['PATCH', '/api/v1/cameras/porch'],
    ['PUT', '/api/v1/cameras/porch/settings'], ['POST', '/api/v1/cameras/porch/capture'],
  ]) {
    for (const headers of [foreign, rebound, embedded, referred]) {
      const { status } = await ask(house, address, { method, headers, body: method === 'GET' ? undefined : '{}' });
      assert.equal(status, 403, `${method} ${address} ${JSON.stringify(headers)}`);
    }
  }
  assert.equal((await ask(house, '/', { headers: rebound })).status, 403);
  assert.equal((await ask(house, '/', { headers: foreign })).status, 200);
  assert.equal((await ask(house, '/', { headers: referred })).status, 200);
  for (const page of [`http://${house.http}/`, 'http://127.0.0.1:3000/dashboard'])
    assert.equal((await ask(house, '/api/v1/cameras', { headers: { referer: page } })).status, 200);
  const long = { referer: `http://evil.example/${'x'.repeat(9000)}` };
  assert.equal((await ask(house, '/api/v1/cameras', { headers: long })).status, 403);
  await assert.rejects(house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'], { headers: rebound }), /403/);
  for (const options of [{ origin: foreign.origin }, { headers: rebound, origin: `http://${rebound.host}` }]) {
    await assert.rejects(house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'], options), /403/);
    await assert.rejects(house.socket(`ws://${house.http}/device/x`, [], options), /403/);
    await assert.rejects(house.socket(`ws://${house.device}/x`, [], options), /403/);
  }
  assert.equal(await house.describe('x'), null);
  assert.equal(await house.metric('eyelid_starts_total'), 0);
});

test('a load balancer may speak HTTP/1.0, without a Host', async (t) => {
  const house = await boot(t);
  const { hostname, port } = new URL(house.url);
  const say = (path) => new Promise((resolve, reject) => {
    const socket = net.connect(port, hostname, () => socket.write(`GET ${path} HTTP/1.0\r\n\r\n`));
    let answer = '';
    socket.on('data', (bytes) => { answer += bytes; });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
  assert.match(await say('/healthz'), /^HTTP\/1.1 200 .*connection: close\r\n/s);
  assert.match(await say('/api/v1/cameras'), /^HTTP\/1.1 403 /);
});

test('the page comes compressed, once', async (t) => {
  const house = await boot(t);
  const first = await ask(house, '/', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(first.status, 200);
  assert.equal(first.headers['content-encoding'], 'gzip');
  assert.match(first.headers['content-security-policy'], /default-src 'none'/);
  const html = zlib.gunzipSync(first.body).toString();
  assert.match(html, /<title>eyelid<\/title>/);
  const again = await ask(house, '/', { headers: { 'if-none-match': first.headers.etag } });
  assert.equal(again.status, 304);
  assert.equal(again.body.length, 0);
  const [, script] = html.match(/src="\.\/(assets\/[^"]+\.js)"/);
  const hashed = await ask(house, `/${script}`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(hashed.status, 200);
  assert.match(hashed.headers['cache-control'], /immutable/);
  assert.ok(zlib.gunzipSync(hashed.body).length > 1000);
});

test('the head of a picture wakes no camera', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  for (const address of ['/snapshot/porch.jpg', '/stream/porch.mp4', '/stream/porch.mjpg']) {
    const { status, body } = await ask(house, address, { method: 'HEAD' });
    assert.equal(status, 200);
    assert.equal(body.length, 0);
  }
  assert.equal(await house.metric('eyelid_starts_total'), 0);
});

test('a camera that cannot be shown says why in plain text', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1', EYELID_START_TIMEOUT_S: '1' } });
  await house.camera('mute', { args: ['--fault', 'no-soi:1'] });
  const begin = performance.now();
  const late = await house.get('/snapshot/mute.jpg');
  const ms = performance.now() - begin;
  assert.equal(late.status, 504);
  assert.match(late.headers.get('content-type'), /^text\/plain/);
  assert.match(await late.text(),
    /^the camera did not deliver a picture in time: no usable frame within 3 s; dropped: no-soi\n$/);
  assert.ok(ms > 2900 && ms < 10000 * SCALE, `${ms} ms`);

  const camera = await house.camera('gone');
  camera.mayFail = true;
  await camera.stop();
  await house.state('gone', 'offline');
  for (const address of ['/snapshot/gone.jpg', '/stream/gone.mp4', '/stream/gone.mjpg']) {
    const response = await house.get(address);
    assert.equal(response.status, 503);
    assert.equal(await response.text(), 'the camera is not connected\n');
  }
  const unknown = await house.get('/snapshot/unknown.jpg');
  assert.equal(unknown.status, 404);
  assert.equal(await unknown.text(), 'there is no camera "unknown"\n');
});

/** Reads a response until it has so many bytes or fits, then hangs up. */
async function readSome(response, enough) {
  const reader = response.body.getReader();
  let bytes = Buffer.alloc(0);
  while (!enough(bytes)) {
    const { done, value } = await reader.read();
    assert.ok(!done, 'the stream ended');
    bytes = Buffer.concat([bytes, value]);
  }
  await reader.cancel();
  return bytes;
}

const count = (bytes, text) => bytes.toString('latin1').split(text).length - 1;

test('mp4 over plain http is H.264 that ffprobe reads', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch', { size: '640x480' });
  const response = await house.get('/stream/porch.mp4');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'video/mp4');
  const bytes = await readSome(response, (b) => count(b, 'moof') > 20);
  const file = path.join(temporaryFolder(t), 'stream.mp4');
  fs.writeFileSync(file, bytes.subarray(0, bytes.lastIndexOf(Buffer.from('moof')) - 4)); // whole chunks
  const { stdout, stderr } = await execute('ffprobe', ['-v', 'warning', '-count_frames', '-show_entries',
    'stream=codec_name,width,height,nb_read_frames,color_range', '-of', 'json', file]);
  assert.equal(stderr, '');
  const [stream] = JSON.parse(stdout).streams;
  assert.equal(stream.codec_name, 'h264');
  assert.equal(stream.width, 640);
  assert.equal(stream.height, 480);
  assert.equal(stream.color_range, 'pc');
  assert.ok(Number(stream.nb_read_frames) >= 20);
  await house.state('porch', 'asleep');
});

test('mp4 ends when the camera changes its size', async (t) => {
  const house = await boot(t, QUICK);
  const camera = await house.camera('porch', { size: '320x240' });
  const response = await house.get('/stream/porch.mp4');
  const reader = response.body.getReader();
  await reader.read();
  camera.mayFail = true;
  await camera.stop();
  await house.state('porch', 'offline');
  await house.camera('porch', { size: '640x480' });
  await waitFor('the end of the stream', async () => (await reader.read()).done, 10000);
});

test('mjpeg in both forms', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const boundary = '--eyelid-frame\r\n';
  const fast = await house.get('/stream/porch.mjpg');
  assert.equal(fast.headers.get('content-type'), 'multipart/x-mixed-replace; boundary=eyelid-frame');
  const bytes = await readSome(fast, (b) => count(b, boundary) >= 5);
  assert.equal(count(bytes, 'Content-Length'), 0);
  for (const part of bytes.toString('latin1').split(boundary).slice(1, -1)) {
    assert.match(part, /^Content-Type: image\/jpeg\r\n\r\n\xff\xd8[^]*\xff\xd9\r\n$/);
  }
  for (const query of ['?classic', '?action=stream']) {
    const classic = await house.get(`/stream/porch.mjpg${query}`);
    const parts = (await readSome(classic, (b) => count(b, boundary) >= 5)).toString('latin1').split(boundary);
    for (const part of parts.slice(1, -1)) {
      const [, length, rest] = part.match(/^Content-Type: image\/jpeg\r\nContent-Length: (\d+)\r\n\r\n([^]*)$/);
      assert.equal(rest.length, Number(length) + 2);
      assert.match(rest, /^\xff\xd8[^]*\xff\xd9\r\n$/);
    }
  }
  assert.equal(await house.metric('eyelid_frames_encoded_total'), 0);
  await house.state('porch', 'asleep');
});

test('a still has the best quality of the device', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const response = await house.get('/api/v1/cameras/porch/capture', { method: 'POST' });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'image/jpeg');
  const file = path.join(temporaryFolder(t), 'still.jpg');
  fs.writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  const { stdout } = await execute('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file]);
  assert.equal(stdout.trim(), '1600,1200');
});

test('a plain device gives its next frame for a still', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('plain', { args: ['--plain'] });
  const response = await house.get('/api/v1/cameras/plain/capture', { method: 'POST' });
  assert.equal(response.status, 200);
  const jpeg = Buffer.from(await response.arrayBuffer());
  assert.equal(jpeg.readUInt16BE(0), 0xffd8);
  assert.equal((await settings(house, 'plain', { brightness: 1 })).status, 422);
});
