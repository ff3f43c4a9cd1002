// Schedules: docs/protocol.md, section 3.2, against the real server, its cameras and its archive.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { boot, waitFor } from './harness.mjs';

const QUICK = { env: { EYELID_LINGER_S: '1' } };

const send = (house, method, address, body) => house.get(address,
  { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });

async function make(house, schedule) {
  const response = await send(house, 'POST', '/api/v1/schedules', schedule);
  assert.equal(response.status, 201, await response.clone().text());
  const made = await response.json();
  assert.equal(response.headers.get('location'), `/api/v1/schedules/${made.id}`);
  return made;
}

const runs = async (house, id, result) => (await house.json(`/api/v1/schedules/${id}/runs`)).runs
  .filter((run) => !result || run.result === result);
/** The newest run with that result, once there are so many. */
const ran = (house, id, result, count = 1) => waitFor(`${count} runs ${result}`, async () => {
  const found = await runs(house, id, result);
  return found.length >= count && found[0];
}, 20000);

async function validator(house) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(await house.json('/api/v1/openapi.json'), 'openapi');
  return (name, value) => {
    const validate = ajv.getSchema(`openapi#/components/schemas/${name}`);
    assert.ok(validate(value), `${name}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value)}`);
  };
}

test('photos by schedule are kept, and the camera sleeps between them', async (t) => {
  const house = await boot(t, QUICK);
  const check = await validator(house);
  await house.camera('porch');
  const made = await make(house, { name: 'Often', camera: 'porch', job: 'photo', when: { every_s: 1 } });
  check('Schedule', made);
  const run = await ran(house, made.id, 'done', 2);
  check('ScheduleRun', run);
  assert.ok(run.duration_s < 2, `the camera was awake for ${run.duration_s} s`);
  const item = await house.json(`/api/v1/archive/${run.item}`);
  assert.deepEqual([item.camera, item.kind, item.reason], ['porch', 'photo', 'schedule']);
  check('Schedule', await house.json(`/api/v1/schedules/${made.id}`));
  assert.ok(await house.metric('eyelid_schedule_runs_total', { result: 'done' }) >= 2);
  assert.equal((await send(house, 'DELETE', `/api/v1/schedules/${made.id}`)).status, 204);
  await house.state('porch', 'asleep', 20000);
  assert.equal((await house.get(`/api/v1/schedules/${made.id}`)).status, 404);
  assert.equal((await house.get(item.url)).status, 200); // what it kept stays
});

test('a clip by schedule, and a camera that is kept awake', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch', { fps: 20 });
  const from = new Date(Date.now() - 58000).toISOString();
  const clip = await make(house, { name: 'Clip', camera: 'porch', job: 'clip', seconds: 2, when: { every_s: 60, from } });
  const run = await ran(house, clip.id, 'done');
  const item = await house.json(`/api/v1/archive/${run.item}`);
  assert.deepEqual([item.kind, item.reason], ['clip', 'schedule']);
  await house.state('porch', 'asleep', 20000);

  const again = new Date(Date.now() - 58000).toISOString();
  const awake = await make(house, { name: 'Awake', camera: 'porch', job: 'awake', seconds: 2, when: { every_s: 60, from: again } });
  const why = await waitFor('it is awake', async () => (await house.describe('porch')).why[0], 10000);
  assert.equal(why.reason, 'schedule');
  assert.ok((await ran(house, awake.id, 'done')).duration_s >= 2);
  await house.state('porch', 'asleep', 20000);
  assert.ok(await house.metric('eyelid_awake_seconds_total', { camera: 'porch', reason: 'schedule' }) > 1);
});

test('a film by schedule', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  for (let i = 0; i < 3; i++) assert.equal((await send(house, 'POST', '/api/v1/cameras/porch/photo')).status, 201);
  const from = new Date(Date.now() - 598000).toISOString();
  const made = await make(house, { name: 'The day', camera: 'porch', job: 'film', seconds: 86400, when: { every_s: 600, from } });
  await ran(house, made.id, 'done');
  const film = await waitFor('the film is made', async () => {
    const [first] = (await house.json('/api/v1/films')).films;
    return first?.state === 'done' && first;
  }, 30000);
  assert.deepEqual([film.name, film.frames], ['The day', 3]);
  const item = await house.json(`/api/v1/archive/${film.item}`);
  assert.deepEqual([item.kind, item.reason], ['film', 'schedule']);
});

test('acknowledged changes survive kill -9, and missed runs follow the policy', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const made = [];
  for (const missed of ['skip', 'once']) {
    made.push(await make(house, {
      name: missed, camera: 'porch', job: 'photo', missed, zone: 'Europe/Berlin', when: { every_s: 2 },
    }));
  }
  for (const { id } of made) await ran(house, id, 'done');
  const idle = await make(house, { name: 'Idle', camera: 'porch', job: 'photo', when: { cron: '0 0 1 1 *' } });
  house.server.mayFail = true;
  await house.server.stop('SIGKILL');
  await house.start();
  const { schedules } = await house.json('/api/v1/schedules');
  assert.deepEqual(schedules.map(({ id, name }) => [id, name]), [...made, idle].map(({ id, name }) => [id, name]));
  for (const { id } of made) {
    const kept = await runs(house, id);
    assert.ok(kept.some(({ result }) => result === 'done'), 'runs are remembered');
    assert.equal(new Set(kept.map(({ due }) => due)).size, kept.length, 'none ran twice');
  }
  await house.state('porch', 'asleep', 20000).catch(() => {});
  for (const { id } of made) await ran(house, id, 'done', 2);
});

test('a board that sleeps gets its order when it wakes', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch', { args: ['--doze', '1/6'] });
  await waitFor('it sleeps', async () => (await house.describe('porch')).state === 'offline', 20000);
  const from = new Date(Date.now() - 599000).toISOString();
  const made = await make(house, { name: 'Night', camera: 'porch', job: 'photo', when: { every_s: 600, from } });
  const { running } = await waitFor('the order waits', async () => {
    const schedule = await house.json(`/api/v1/schedules/${made.id}`);
    return schedule.running && schedule;
  }, 10000);
  assert.equal(running.result, 'waiting', running.detail);
  assert.match(running.detail, /the camera sleeps until \d{4}-/);
  const run = await ran(house, made.id, 'done');
  assert.equal((await house.json(`/api/v1/archive/${run.item}`)).reason, 'schedule');
});

test('the next runs follow the zone, and pages are notified', async (t) => {
  const house = await boot(t, QUICK);
  await house.camera('porch');
  const page = await house.page();
  const schedule = {
    name: 'Morning', camera: 'porch', job: 'photo', zone: 'America/New_York', when: { times: ['07:30'], days: ['mon'] },
  };
  const preview = await (await send(house, 'POST', '/api/v1/schedules/preview', schedule)).json();
  const made = await make(house, schedule);
  const told = await page.json('schedule');
  assert.equal(told.schedule.id, made.id);
  const { next } = await house.json(`/api/v1/schedules/${made.id}/next`);
  assert.deepEqual(next, preview.next);
  assert.equal(next.length, 10);
  assert.equal(next[0], made.next);
  for (const each of next) {
    assert.match(each, /T07:30:00-0[45]:00$/);
    assert.equal(new Date(each).getUTCDay(), 1);
  }
  const changed = await send(house, 'PUT', `/api/v1/schedules/${made.id}`, { ...made, enabled: false });
  assert.equal(changed.status, 200);
  assert.equal((await changed.json()).next, null);
  assert.equal((await page.json('schedule')).schedule.enabled, false);
  assert.equal((await send(house, 'DELETE', `/api/v1/schedules/${made.id}`)).status, 204);
  assert.equal((await page.json('schedule-removed')).schedule, made.id);
});
