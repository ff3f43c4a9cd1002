// Cameras that are watched: settings, events, what is kept, against the real server and mock cameras whose passers-by
// come at known times.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { boot, waitFor } from './harness.mjs';

// A figure comes into view, walks to the right, and is gone; and again every 24 seconds.
const PASSER_BY = ['--motion', '6 box 40,150 60x150 for 5 to 540,150; repeat 24'];
const PATIENCE_MS = 60_000;

const put = (house, id, settings) => house.get(`/api/v1/cameras/${id}/motion`,
  { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings) });
async function watch(house, id, settings = {}) {
  const response = await put(house, id, { armed: true, ...settings });
  assert.equal(response.status, 204, await response.clone().text());
}
const motion = (house, id) => house.json(`/api/v1/cameras/${id}/motion`);
const told = (page, state) => page.next((m) => m.type === 'motion' && m.state === state, `motion ${state}`, PATIENCE_MS);

test('a movement is reported, photographed, and recorded with the seconds before it', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '640x480', args: PASSER_BY });
  const page = await house.page();
  await watch(house, 'porch', { pre_s: 4, post_s: 3 });
  await house.state('porch', 'awake');
  const { why } = await house.describe('porch');
  assert.deepEqual(why.map(({ reason, rendition }) => [reason, rendition]), [['motion', 'jpeg'], ['motion', 'luma']]);

  const began = await told(page, 'began');
  assert.equal(began.camera, 'porch');
  assert.ok(began.score > 0.3 && began.score <= 1, JSON.stringify(began));
  assert.ok(began.box.length === 4 && began.box.every((v) => v >= 0 && v <= 1));
  assert.deepEqual([began.end, began.photo, began.clip], [null, null, null]);
  const ended = await told(page, 'ended');
  assert.equal(ended.event, began.event);
  assert.ok(ended.end > ended.start && ended.photo && ended.clip, JSON.stringify(ended));

  const photo = await house.json(`/api/v1/archive/${ended.photo}`);
  assert.deepEqual([photo.camera, photo.kind, photo.reason, photo.width], ['porch', 'photo', 'motion', 640]);
  const clip = await house.json(`/api/v1/archive/${ended.clip}`);
  assert.deepEqual([clip.camera, clip.kind, clip.reason], ['porch', 'clip', 'motion']);
  // The pre-roll comes from the two pictures a second that were there before.
  const before = (Date.parse(ended.start) - Date.parse(clip.start)) / 1000;
  assert.ok(before > 2.5 && before < 6, `${before} s before`);
  assert.ok(Date.parse(clip.end) >= Date.parse(ended.end), 'it ends after the movement');
  const mp4 = Buffer.from(await (await house.get(clip.url)).arrayBuffer());
  assert.equal(mp4.toString('latin1', 4, 8), 'ftyp');
  assert.equal(await house.metric('eyelid_motion_events_total', { camera: 'porch' }) >= 1, true);
  assert.equal(await house.metric('eyelid_motion_armed', { camera: 'porch' }), 1);
  assert.ok(await house.metric('eyelid_motion_pictures_total', { camera: 'porch' }) > 5);

  const seen = await waitFor('it is seen where it is', async () =>
    (await house.json('/api/v1/cameras/porch/motion/state')).seen, PATIENCE_MS);
  assert.ok(seen.box.length === 4 && seen.score > 0 && seen.fields.join('').includes('#'), JSON.stringify(seen));

  assert.equal((await put(house, 'porch', { armed: false })).status, 204);
  await house.state('porch', 'asleep', 20_000);
  assert.equal((await house.json('/api/v1/cameras/porch/motion/state')).watching, false);

  const map = (query = '') => house.json(`/api/v1/cameras/porch/motion/map${query}`);
  const whole = await map();
  assert.ok(whole.watched >= 1 && whole.moved >= 1 && whole.moved <= whole.watched, JSON.stringify(whole));
  assert.equal(whole.minutes.length, whole.moved);
  assert.ok(whole.fields[5].some((minutes) => minutes > 0)); // it walks through the middle
  assert.deepEqual(whole.fields[0], Array(16).fill(0)); // and not through the sky
  const sky = await map('?box=0,0,1,0.2');
  assert.deepEqual([sky.watched, sky.moved, sky.minutes], [whole.watched, 0, []]);
  const tried = async (settings, status = 200) => {
    const response = await house.get('/api/v1/cameras/porch/motion/try',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings) });
    assert.equal(response.status, status, JSON.stringify(settings));
    return response.json();
  };
  const top = [[0, 0], [1, 0], [1, 0.2], [0, 0.2]];
  assert.deepEqual((await tried({})).minutes, whole.minutes);
  assert.equal((await tried({ zones: [{ mode: 'exclude', points: top }] })).moved, whole.moved);
  assert.equal((await tried({ zones: [{ mode: 'include', points: top }] })).moved, 0);
  assert.equal((await tried({ min_area: 90 })).moved, 0);
  assert.match((await tried({ zones: 3 }, 422)).detail, /zones/);
  assert.deepEqual((await motion(house, 'porch')).zones, []); // nothing was saved
  assert.equal((await map('?from=2020-01-01&to=2020-02-01')).watched, 0);
  for (const wrong of ['box=1,2', 'from=yesterday', 'from=2020-01-01', 'limit=1001']) {
    assert.equal((await house.get(`/api/v1/cameras/porch/motion/map?${wrong}`)).status, 422, wrong);
  }
});

test('settings are checked, stored before they are acknowledged, and used again', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const defaults = { armed: false, sensitivity: 50, min_area: 0.05, profile: 'normal', watch_fps: 2, pre_s: 5, post_s: 5, zones: [] };
  assert.deepEqual(await motion(house, 'porch'), defaults);
  for (const wrong of [{ sensitivity: 101 }, { watch_fps: 0.1 }, { zones: [[[0, 0], [1, 1]]] }, { colour: 'red' }]) {
    const response = await put(house, 'porch', wrong);
    assert.equal(response.status, 422, JSON.stringify(wrong));
    assert.match((await response.json()).detail, new RegExp(Object.keys(wrong)[0]));
  }
  assert.equal((await put(house, 'none', { armed: true })).status, 404);
  assert.deepEqual(await motion(house, 'porch'), defaults);
  const chosen = { ...defaults, armed: true, sensitivity: 70, watch_fps: 3, profile: 'busy',
    zones: [{ mode: 'exclude', points: [[0, 0], [1, 0], [0.5, 0.25]] }] };
  assert.equal((await put(house, 'porch', chosen)).status, 204);
  await house.server.stop('SIGKILL');
  house.server.mayFail = true;
  house.programs = house.programs.filter((program) => program !== house.server);
  await house.start();
  // A camera that has sent no picture yet is known again once it has connected again.
  await waitFor('it is there', () => house.describe('porch'), 30_000);
  assert.deepEqual(await motion(house, 'porch'), chosen);
  await house.state('porch', 'awake', 30_000); // it is watched again by itself
  const removed = await house.get('/api/v1/cameras/porch', { method: 'DELETE' });
  assert.equal(removed.status, 204);
  await waitFor('the camera comes again, disarmed', async () => (await motion(house, 'porch')).armed === false, 30_000);
});

test('all cameras are armed at once, and by a schedule', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await house.camera('yard');
  const all = (armed) => house.get('/api/v1/motion',
    { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ armed }) });
  const states = async () => (await house.json('/api/v1/motion')).cameras.map(({ camera, armed, watching }) => [camera, armed, watching]);
  assert.equal((await all(true)).status, 204);
  assert.deepEqual(await states(), [['porch', true, true], ['yard', true, true]]);
  await house.state('yard', 'awake');
  assert.equal((await all(false)).status, 204);
  assert.deepEqual(await states(), [['porch', false, false], ['yard', false, false]]);
  const from = new Date(Date.now() + 2000).toISOString();
  const made = await house.get('/api/v1/schedules', { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Dusk', job: 'arm', when: { every_s: 3600, from } }) });
  assert.equal(made.status, 201, await made.clone().text());
  await waitFor('the schedule armed both', async () => (await states()).every(([, armed]) => armed), 20_000);
});

test('without an archive a movement is still reported', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '640x480', args: PASSER_BY });
  await watch(house, 'porch', { post_s: 0 });
  await house.state('porch', 'awake');
  await house.server.stop();
  const folder = path.join(house.data, 'archive');
  fs.renameSync(folder, `${folder}-away`); // as if another disk were mounted there
  fs.mkdirSync(folder);
  house.programs = house.programs.filter((program) => program !== house.server);
  await house.start();
  const page = await house.page();
  await told(page, 'began');
  const ended = await told(page, 'ended');
  assert.deepEqual([ended.photo, ended.clip], [null, null]);
  fs.rmdirSync(folder);
  fs.renameSync(`${folder}-away`, folder);
});
