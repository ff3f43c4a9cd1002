// Receivers outside are told what moves: docs/protocol.md, "Receivers", against the real server, a mock camera and a
// receiver that this test is.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { boot, freePort, undoAfter, waitFor } from './harness.mjs';

const PASSER_BY = ['--motion', '6 box 40,150 60x150 for 5 to 540,150; repeat 24'];
const PATIENCE_MS = 60_000;
const ALLOW = { env: { EYELID_PULL_ALLOW: '127.0.0.1' } };

/** Writes down what it is asked, and answers with what `answer` says. */
async function receiver(t, answer = () => 200) {
  const asked = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const one = { method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(parts) };
      response.statusCode = answer(one, asked.filter(({ path }) => path === one.path).length);
      asked.push(one);
      response.end('{}');
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  undoAfter(t, () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }));
  const url = `http://127.0.0.1:${server.address().port}`;
  const at = (path, count = 1) => waitFor(`${count} requests for ${path}`,
    () => { const all = asked.filter((one) => one.path === path); return all.length >= count && all; }, PATIENCE_MS);
  return { url, asked, at };
}

const send = (house, method, address, body) => house.get(address,
  { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
async function tell(house, receivers) {
  const response = await send(house, 'PUT', '/api/v1/receivers', { receivers });
  assert.equal(response.status, 204, await response.clone().text());
}
const receivers = async (house) => (await house.json('/api/v1/receivers')).receivers;
const stateOf = async (house, id) => (await receivers(house)).find((one) => one.id === id).state;

test('each kind of receiver is told in its own way; a dead one costs the others nothing', async (t) => {
  const house = await boot(t, ALLOW);
  await house.camera('porch', { size: '640x480', args: PASSER_BY });
  const there = await receiver(t, (one, before) => (one.path === '/flaky' && before === 0 ? 503 : one.path === '/no' ? 410 : 200));
  const dead = `http://127.0.0.1:${await freePort()}/`;
  await tell(house, [
    { id: 'dead', kind: 'webhook', url: dead },
    { id: 'hook', kind: 'webhook', url: `${there.url}/hook`, secret: 'k3y' },
    { id: 'phone', kind: 'ntfy', url: `${there.url}/garden`, secret: 'tk_1' },
    { id: 'text', kind: 'ntfy', url: `${there.url}/text`, picture: false },
    { id: 'apprise', kind: 'apprise', url: `${there.url}/notify/all` },
    { id: 'flaky', kind: 'apprise', url: `${there.url}/flaky` },
    { id: 'no', kind: 'apprise', url: `${there.url}/no` },
    { id: 'other', kind: 'apprise', url: `${there.url}/other`, cameras: ['yard'] },
    { id: 'off', kind: 'apprise', url: `${there.url}/off`, enabled: false },
  ]);
  assert.equal((await send(house, 'PATCH', '/api/v1/cameras/porch', { name: 'Höf' })).status, 200);
  assert.equal((await send(house, 'PUT', '/api/v1/cameras/porch/motion', { armed: true, post_s: 0 })).status, 204);

  const [hook] = await there.at('/hook');
  assert.equal(hook.method, 'POST');
  const began = JSON.parse(hook.body);
  assert.deepEqual([began.type, began.state, began.camera, began.name, began.end], ['motion', 'began', 'porch', 'Höf', null]);
  const signed = (one) => createHmac('sha256', 'k3y').update(`${one.headers['x-eyelid-timestamp']}.`).update(one.body).digest('hex');
  assert.equal(hook.headers['x-eyelid-signature'], `sha256=${signed(hook)}`);
  assert.ok(Math.abs(hook.headers['x-eyelid-timestamp'] - Date.now() / 1000) < 60);

  const [picture] = await there.at('/garden');
  assert.equal(picture.method, 'PUT');
  assert.equal(picture.body.readUInt16BE(0), 0xffd8);
  assert.equal(picture.headers.authorization, 'Bearer tk_1');
  assert.equal(picture.headers.filename, 'porch.jpg');
  assert.equal(picture.headers.title, `=?UTF-8?B?${Buffer.from('Höf').toString('base64')}?=`);
  const [text] = await there.at('/text');
  assert.deepEqual([text.method, text.body.toString()], ['POST', 'Motion']);
  const [apprise] = await there.at('/notify/all');
  assert.deepEqual(JSON.parse(apprise.body), { title: 'Höf', body: 'Motion', type: 'info' });

  await there.at('/flaky', 2); // asked again
  await waitFor('the second attempt counted', async () => (await stateOf(house, 'flaky')).sent === 1);
  assert.deepEqual(await stateOf(house, 'no'), { sent: 0, failed: 1, dropped: 0, queued: 0, error: 'it answered 410' });
  const [, ended] = await there.at('/hook', 2);
  const last = JSON.parse(ended.body);
  assert.deepEqual([last.state, last.event], ['ended', began.event]);
  assert.match(last.photo, /^\/archive\/\d+$/);
  assert.equal((await house.get(last.photo)).status, 200);
  const state = await stateOf(house, 'dead');
  assert.equal(state.sent, 0);
  assert.ok(state.error && state.queued >= 1, JSON.stringify(state));
  assert.ok(there.asked.every(({ path }) => path !== '/other' && path !== '/off'));
  assert.ok(await house.metric('eyelid_notifications_total', { receiver: 'hook', result: 'sent' }) >= 2);
});

test('secrets are kept and never shown; mistakes are said', async (t) => {
  const house = await boot(t, ALLOW);
  const one = { id: 'hook', kind: 'webhook', url: 'http://127.0.0.1:9/', secret: 'k3y' };
  await tell(house, [one]);
  const [shown] = await receivers(house);
  assert.equal(shown.has_secret, true);
  assert.ok(!JSON.stringify(shown).includes('k3y'));
  await tell(house, [shown]); // what is read can be written back
  assert.equal((await receivers(house))[0].has_secret, true);
  await house.server.stop('SIGKILL');
  house.programs = house.programs.filter((program) => program !== house.server);
  await house.start();
  assert.equal((await receivers(house))[0].has_secret, true);
  await tell(house, [{ ...shown, secret: '' }]);
  assert.equal((await receivers(house))[0].has_secret, false);
  const wrong = [[{ ...one, kind: 'pigeon' }], [{ ...one, url: 'ftp://x/' }], [{ ...one, secret: 'a\r\nX: b' }], [one, one],
    [{ ...one, cameras: 'all' }], [{ ...one, colour: 1 }], Array.from({ length: 17 }, (_, i) => ({ ...one, id: `r${i}` }))];
  for (const list of wrong) {
    assert.equal((await send(house, 'PUT', '/api/v1/receivers', { receivers: list })).status, 422, JSON.stringify(list[0]));
  }
  assert.equal((await receivers(house)).length, 1);
});

test('an address that may not be fetched from may not be told either', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '640x480', args: PASSER_BY });
  const there = await receiver(t);
  await tell(house, [{ id: 'hook', kind: 'webhook', url: `${there.url}/hook` }]);
  assert.equal((await send(house, 'PUT', '/api/v1/cameras/porch/motion', { armed: true, post_s: 0 })).status, 204);
  await waitFor('it is refused', async () => /pull_allow/.test((await stateOf(house, 'hook')).error), PATIENCE_MS);
  assert.deepEqual(there.asked, []);
});
