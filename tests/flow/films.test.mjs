// Films: docs/protocol.md, section 3.3, against the real server, its archive and the films' process.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { boot, run, temporaryFolder, waitFor } from './harness.mjs';

const send = (house, method, address, body) => house.get(address,
  { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });

async function make(house, film) {
  const response = await send(house, 'POST', '/api/v1/films', film);
  assert.equal(response.status, 201, await response.clone().text());
  const made = await response.json();
  assert.equal(response.headers.get('location'), `/api/v1/films/${made.id}`);
  return made;
}

const becomes = (house, id, state, timeoutMs = 300000) => waitFor(`film ${id} is ${state}`, async () => {
  const film = await house.json(`/api/v1/films/${id}`);
  if (film.state === 'failed' && state !== 'failed') throw new Error(film.detail);
  return film.state === state && film;
}, timeoutMs);

/** A server whose archive has so many photos of the camera: drawn ones, as a person copies them there. */
async function bootWithPhotos(t, count, size = '320x240') {
  const drawn = temporaryFolder(t);
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25`, '-frames:v', String(count),
    '-q:v', '5', path.join(drawn, '%05d.jpg')]);
  const house = await boot(t);
  await house.camera('yard');
  await house.server.stop();
  const folder = path.join(house.data, 'archive', 'yard', '2026', '11', '30');
  fs.mkdirSync(folder, { recursive: true });
  fs.readdirSync(drawn).sort().forEach((name, i) => {
    const at = new Date(Date.UTC(2026, 10, 30) + i * 60000).toISOString().replace(/[-:]/g, '').replace('Z', '');
    fs.copyFileSync(path.join(drawn, name), path.join(folder, `${at}+0000-schedule.jpg`));
  });
  const taken = await run('eyelid', ['archive', 'check', '--repair', '--data', house.data]);
  assert.equal(taken.code, 0, taken.output);
  await house.start();
  await waitFor('the camera is back', async () => (await house.describe('yard'))?.state === 'asleep', 20000);
  return house;
}

function probe(file) {
  const { status, stdout, stderr } = spawnSync('ffprobe', ['-v', 'warning', '-of', 'json', '-show_entries',
    'stream=width,height,avg_frame_rate,nb_frames', '-select_streams', 'v', file]);
  assert.deepEqual([status, String(stderr)], [0, '']);
  return JSON.parse(stdout).streams[0];
}

test('photos become a film in the archive', async (t) => {
  const house = await bootWithPhotos(t, 120);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(await house.json('/api/v1/openapi.json'), 'openapi');
  const check = (value) => {
    const validate = ajv.getSchema('openapi#/components/schemas/Film');
    assert.ok(validate(value), JSON.stringify(validate.errors));
  };
  const page = await house.page();
  const made = await make(house, { name: 'A day', camera: 'yard', fps: 10, width: 160, height: 160 });
  check(made);
  assert.deepEqual([made.photos, made.deflicker, made.item], [120, true, null]);
  assert.equal((await page.json('film')).film.id, made.id);
  const film = await becomes(house, made.id, 'done');
  check(film);
  assert.deepEqual([film.done, film.frames], [120, 120]);
  const item = await house.json(`/api/v1/archive/${film.item}`);
  assert.deepEqual([item.kind, item.camera, item.width, item.height], ['film', 'yard', 160, 120]);
  const stream = probe(path.join(house.data, 'archive', item.file));
  assert.deepEqual([stream.width, stream.height, stream.avg_frame_rate, stream.nb_frames], [160, 120, '10/1', '120']);
  assert.equal((await house.get(item.thumbnail)).status, 200);
  await waitFor('its folder is gone', () => !fs.existsSync(path.join(house.data, 'films', made.id)), 5000);

  assert.deepEqual((await house.json('/api/v1/films')).films, [film]);
  assert.equal((await send(house, 'DELETE', `/api/v1/films/${made.id}`)).status, 204);
  assert.equal((await page.json('film-removed')).film, made.id);
  assert.equal((await house.get(item.url)).status, 200);
  await house.server.stop();
  assert.equal((await run('eyelid', ['archive', 'check', '--data', house.data])).code, 0);
});

test('a film of chosen photos, with their dates in the picture', async (t) => {
  const house = await bootWithPhotos(t, 12);
  await house.camera('porch');
  const other = await (await send(house, 'POST', '/api/v1/cameras/porch/photo')).json();
  const photos = (await house.json('/api/v1/archive?camera=yard')).items.reverse();
  const chosen = [photos[7], photos[2], photos[4]];
  const ids = [...chosen.map(({ id }) => id), chosen[0].id, other.id, '999999'];
  const film = async (more) => {
    const made = await make(house, { name: 'Chosen', camera: 'yard', deflicker: false, ids, ...more });
    assert.deepEqual([made.photos, made.from, made.ids], [3, null, undefined]);
    const { item } = await becomes(house, made.id, 'done');
    return path.join(house.data, 'archive', (await house.json(`/api/v1/archive/${item}`)).file);
  };
  /** The mean brightness of a part of each picture. */
  const means = (file, crop) => String(spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-vf', `crop=${crop},scale=1:1:flags=area,format=gray`,
    '-f', 'rawvideo', '-'], { encoding: 'latin1' }).stdout).split('').map((c) => c.charCodeAt(0));
  const plain = await film({}), stamped = await film({ stamp: true });
  assert.equal(probe(plain).nb_frames, '3');
  const [above, aboveStamped] = [means(plain, '320:180:0:0'), means(stamped, '320:180:0:0')];
  above.forEach((mean, i) => assert.ok(Math.abs(mean - aboveStamped[i]) <= 2, 'the picture stays'));
  const [below, belowStamped] = [means(plain, '320:40:0:200'), means(stamped, '320:40:0:200')];
  below.forEach((mean, i) => assert.ok(Math.abs(mean - belowStamped[i]) > 5, `${mean} and ${belowStamped[i]}`));
  for (const wrong of [[], ['x'], [1], Array(1001).fill('1'), 'all']) {
    assert.equal((await send(house, 'POST', '/api/v1/films', { name: 'x', camera: 'yard', ids: wrong })).status, 422);
  }
  assert.equal((await send(house, 'POST', '/api/v1/films', { name: 'x', camera: 'yard', ids: ['1'], from: '2026-11-30T00:00:00Z' })).status, 422);
  assert.equal((await send(house, 'POST', '/api/v1/films', { name: 'x', camera: 'yard', ids: [other.id] })).status, 404);
});

test('a film goes on after kill -9, a restart and a pause', async (t) => {
  const house = await bootWithPhotos(t, 400, '640x480');
  const settings = { camera: 'yard', width: 640, height: 480 };
  const whole = await becomes(house, (await make(house, { name: 'Whole', ...settings })).id, 'done');
  const made = await make(house, { name: 'Cut', ...settings });
  const moves = (from) => waitFor('it gets on', async () => {
    const film = await house.json(`/api/v1/films/${made.id}`);
    return film.done > from && film.state !== 'done' && film.done;
  }, 30000);
  let done = await moves(0);
  house.server.mayFail = true;
  await house.server.stop('SIGKILL');
  await house.start();
  done = await moves(done - 1);
  await house.server.stop();
  await house.start();
  done = await moves(done - 1);
  const paused = await send(house, 'PATCH', `/api/v1/films/${made.id}`, { paused: true });
  assert.equal(paused.status, 200);
  assert.equal((await paused.json()).state, 'paused');
  assert.equal((await send(house, 'PATCH', `/api/v1/films/${made.id}`, { paused: false })).status, 200);
  const film = await becomes(house, made.id, 'done');
  const bytes = async ({ item }) => fs.readFileSync(
    path.join(house.data, 'archive', (await house.json(`/api/v1/archive/${item}`)).file));
  assert.ok((await bytes(film)).equals(await bytes(whole)), 'the same, byte for byte');
});

test('films that cannot be made say why', async (t) => {
  const house = await boot(t);
  await house.camera('yard');
  const ask = async (film) => {
    const response = await send(house, 'POST', '/api/v1/films', film);
    return [response.status, (await response.json()).detail];
  };
  assert.deepEqual(await ask({ name: 'A', camera: 'yard' }), [404, 'the archive has no such photos']);
  for (const wrong of [{}, { name: 'A' }, { fps: 0 }, { fps: 61 }, { width: 8 }, { from: 'yesterday' }, { speed: 2 }, { crop: { x: 0.5 } }]) {
    assert.equal((await ask({ name: 'A', ...(Object.keys(wrong).length && { camera: 'yard' }), ...wrong }))[0],
      wrong.name === 'A' ? 404 : 422, JSON.stringify(wrong));
  }
  assert.deepEqual((await house.json('/api/v1/films')).films, []);
  assert.equal((await send(house, 'DELETE', '/api/v1/films/1')).status, 404);
  assert.equal(fs.existsSync(path.join(house.data, 'films', '1')), false);
});
