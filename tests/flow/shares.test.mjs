// Share links: one camera live, or one item of the archive, without an account.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, bootWithAnna, status } from '../lib/accounts.mjs';
import { waitFor } from './harness.mjs';

/** A link that shows something, made by anna: {id, token, path}. */
async function share(house, anna, body) {
  const response = await ask(house, anna, 'POST', '/api/v1/shares', body);
  assert.equal(response.status, 201, await response.clone().text());
  return response.json();
}

test('a share link shows its object and nothing else, until it ends', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  await house.camera('yard');
  const link = await share(house, anna, { camera: 'porch', expires_s: 3600 });
  assert.equal(link.path, `/view.html#share=${link.token}`);
  const visitor = { bearer: link.token };
  // Every operation: only those for visitors and the public ones answer.
  const { paths } = await house.json('/api/v1/openapi.json');
  let asked = 0;
  for (const [template, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (!['get', 'put', 'post', 'patch', 'delete'].includes(method) || operation['x-eyelid-websocket']) continue;
      const declared = operation['x-eyelid-role'];
      if (['public', 'device', 'share'].includes(declared)) continue;
      for (const id of ['porch', 'yard', '1']) {
        const address = template.replace('{id}', id).replace('{file}', 'x.m4s');
        const got = await ask(house, visitor, method.toUpperCase(), address, operation.requestBody && {});
        await got.body?.cancel();
        assert.equal(got.status, 403, `${method} ${address}`);
        asked++;
      }
    }
  }
  assert.ok(asked >= 200, `${asked} questions`);
  await assert.rejects(house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'],
    { headers: { authorization: `Bearer ${link.token}` } }), /403/);
  const stolen = await house.get(`/snapshot/porch.jpg?token=${link.token}`, { headers: { accept: '*/*' } });
  assert.equal(stolen.status, 403);

  // What it shows: the camera wakes for the visitor, as for any viewer.
  const shown = await (await ask(house, visitor, 'GET', '/api/v1/shared')).json();
  assert.deepEqual([shown.name, shown.item], ['porch', null]);
  assert.equal(await status(house, visitor, 'GET', '/shared/item'), 404);
  const stream = await house.get(`/shared/live.mjpg?token=${link.token}`, { headers: { accept: '*/*' } });
  assert.equal(stream.status, 200);
  const reader = stream.body.getReader();
  assert.ok((await reader.read()).value.length > 0);
  assert.equal((await house.json('/api/v1/cameras/porch')).state, 'awake');
  const list = async () => (await (await ask(house, anna, 'GET', '/api/v1/shares')).json()).shares;
  const [listed] = await list();
  assert.deepEqual([listed.id, listed.camera, listed.item, listed.uses], [link.id, 'porch', null, 1]);
  assert.ok(!JSON.stringify(listed).includes(link.token));

  // It is still there after a restart, and its streams end with it.
  await house.server.stop();
  await house.start();
  await waitFor('the camera is back', async () => !['offline', undefined].includes((await house.json('/api/v1/cameras/porch')).state), 15000);
  assert.equal((await list())[0].uses, 1);
  const again = await house.get(`/shared/live.mjpg?token=${link.token}`, { headers: { accept: '*/*' } });
  assert.equal(again.status, 200);
  const ended = (async () => { for await (const chunk of again.body) void chunk; })().catch(() => {});
  assert.equal(await status(house, anna, 'DELETE', `/api/v1/shares/${link.id}`), 204);
  await ended;
  assert.equal(await status(house, visitor, 'GET', '/api/v1/shared'), 401);
  assert.equal(await status(house, anna, 'DELETE', `/api/v1/shares/${link.id}`), 404);
  assert.deepEqual(await list(), []);

  // One that expires ends by itself, with its streams.
  const short = await share(house, anna, { camera: 'porch', expires_s: 2 });
  const brief = await house.get(`/shared/live.mjpg?token=${short.token}`, { headers: { accept: '*/*' } });
  assert.equal(brief.status, 200);
  await (async () => { for await (const chunk of brief.body) void chunk; })().catch(() => {});
  assert.equal(await status(house, { bearer: short.token }, 'GET', '/api/v1/shared'), 401);

  // An item of the archive; another one is not to be had by it.
  const photos = [];
  for (let i = 0; i < 2; i++)
    photos.push(await (await ask(house, anna, 'POST', '/api/v1/cameras/porch/photo', {})).json());
  const one = await share(house, anna, { camera: 'porch', item: photos[0].id, expires_s: 60 });
  const photo = await house.get(`/shared/item?token=${one.token}`, { headers: { accept: '*/*' } });
  assert.equal(photo.headers.get('content-type'), 'image/jpeg');
  const kept = await ask(house, anna, 'GET', `/archive/${photos[0].id}`);
  assert.deepEqual(Buffer.from(await photo.arrayBuffer()), Buffer.from(await kept.arrayBuffer()));
  for (const address of ['/shared/live.mjpg', '/shared/live.mp4'])
    assert.equal(await status(house, { bearer: one.token }, 'GET', address), 404);
  for (const address of [`/archive/${photos[0].id}`, `/archive/${photos[1].id}`, `/files/${photos[0].file}`])
    assert.equal(await status(house, { bearer: one.token }, 'GET', address), 403, address);
  // An item of one camera under another's name is not shown.
  const lie = await share(house, anna, { camera: 'yard', item: photos[0].id, expires_s: 60 });
  assert.equal(await status(house, { bearer: lie.token }, 'GET', '/shared/item'), 404);

  // A removed camera takes its live links along; the same id is another camera then.
  const live = await share(house, anna, { camera: 'yard', expires_s: 60 });
  assert.equal(await status(house, anna, 'DELETE', '/api/v1/cameras/yard'), 204);
  assert.equal(await status(house, { bearer: live.token }, 'GET', '/api/v1/shared'), 401);
  for (const [body, wanted] of [[{ camera: 'porch' }, 400], [{ camera: 'porch', expires_s: 0 }, 422], [{ camera: 'nobody', expires_s: 1 }, 404],
    [{ camera: 'porch', expires_s: 1, item: 'x' }, 400], [{ camera: 'porch', expires_s: 366 * 86400 + 1 }, 422]])
    assert.equal(await status(house, anna, 'POST', '/api/v1/shares', body), wanted, JSON.stringify(body));
  assert.ok(!house.server.output.includes(link.token) && !house.server.output.includes(one.token), 'no link is in the log');
});
