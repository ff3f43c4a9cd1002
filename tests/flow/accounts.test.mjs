// access = accounts: addresses give no rights, people log in, programs have tokens,
// and what ends takes its connections along.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { ACCOUNTS, ask, bootWithAnna, cookieOf, logIn, NOBODY, OTHER, PASSWORD, status } from '../lib/accounts.mjs';
import { totp } from '../lib/totp.mjs';
import { boot, waitFor } from './harness.mjs';

test('without an administrator this machine may watch, and the setup token makes one', async (t) => {
  const house = await boot(t, ACCOUNTS);
  const [, token] = await house.server.says(/no administrator yet: .*#setup=([0-9a-f]{64})/);
  await house.camera('porch');
  assert.equal(await status(house, NOBODY, 'GET', '/api/v1/cameras'), 200);
  assert.equal(await status(house, NOBODY, 'GET', '/snapshot/porch.jpg'), 200);
  // No rights by address.
  for (const [method, address, body] of [
    ['PATCH', '/api/v1/cameras/porch', { name: 'x' }], ['DELETE', '/api/v1/cameras/porch'],
    ['POST', '/api/v1/cameras', { source: 'http', id: 'gate', url: 'http://192.0.2.1/' }],
    ['PATCH', '/api/v1/cameras/porch/settings', { brightness: 1 }], ['GET', '/api/v1/users'],
  ]) assert.equal(await status(house, NOBODY, method, address, body), 401, `${method} ${address}`);
  const who = await (await ask(house, NOBODY, 'GET', '/api/v1/session')).json();
  assert.deepEqual([who.principal, who.role, who.needs_setup, who.access], ['anyone', 'viewer', true, 'accounts']);
  // What a proxy says that it passes on is not this machine's.
  for (const headers of [{ 'x-forwarded-for': '192.0.2.7' }, { via: '1.1 proxy' }, { forwarded: 'for=192.0.2.7' }])
    assert.equal((await house.get('/api/v1/cameras', { headers })).status, 401);

  const wrong = { token: token.replace(/^./, (c) => (c === '0' ? '1' : '0')), name: 'eve', password: PASSWORD };
  assert.equal(await status(house, NOBODY, 'POST', '/api/v1/setup', wrong), 401);
  assert.equal(await status(house, NOBODY, 'POST', '/api/v1/setup', { token, name: 'anna', password: 'short' }), 422);
  assert.equal(await status(house, NOBODY, 'POST', '/api/v1/setup', { token, name: 'anna', password: PASSWORD }), 201);
  // It is used up, and everyone has to log in.
  assert.equal(await status(house, NOBODY, 'POST', '/api/v1/setup', { token, name: 'eve', password: PASSWORD }), 401);
  for (const address of ['/api/v1/cameras', '/snapshot/porch.jpg', '/stream/porch.mjpg', '/metrics', '/api/v1/cameras/porch'])
    assert.equal(await status(house, NOBODY, 'GET', address), 401, address);
  await assert.rejects(house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1']), /401/);
  for (const address of ['/', '/healthz', '/api/v1/openapi.json', '/api/v1/session'])
    assert.equal(await status(house, NOBODY, 'GET', address), 200, address);

  // A restart forgets neither the user nor that there is one.
  const anna = await logIn(house, 'anna', PASSWORD);
  await house.server.stop();
  await house.start();
  assert.doesNotMatch(house.server.output, /no administrator yet/);
  assert.equal(await status(house, anna, 'GET', '/api/v1/users'), 200);
});

test('each role does what it may, on its cameras', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  await house.camera('yard');
  const users = [['vera', 'viewer', null], ['otto', 'operator', null], ['nina', 'operator', ['porch']]];
  for (const [name, role, cameras] of users) {
    const response = await ask(house, anna, 'POST', '/api/v1/users', { name, password: PASSWORD, role, cameras });
    assert.equal(response.status, 201);
    assert.equal(response.headers.get('location'), `/api/v1/users/${name}`);
  }
  const [vera, otto, nina] = await Promise.all(users.map(([name]) => logIn(house, name, PASSWORD)));
  for (const [method, address, body, ...wanted] of [
    ['GET', '/api/v1/cameras', undefined, 200, 200, 200],
    ['GET', '/api/v1/cameras/porch', undefined, 200, 200, 200],
    ['GET', '/api/v1/cameras/yard', undefined, 200, 200, 404],
    ['GET', '/snapshot/yard.jpg', undefined, 200, 200, 404],
    ['GET', '/hls/yard/index.m3u8', undefined, 200, 200, 404],
    ['PATCH', '/api/v1/cameras/porch/settings', { brightness: 1 }, 403, 202, 202],
    ['PATCH', '/api/v1/cameras/yard/settings', { brightness: 1 }, 403, 202, 404],
    ['POST', '/api/v1/cameras/porch/capture', undefined, 200, 200, 200],
    ['DELETE', '/api/v1/cameras/porch', undefined, 403, 403, 403],
    ['GET', '/metrics', undefined, 200, 200, 403],
    ['GET', '/api/v1/users', undefined, 403, 403, 403],
    ['POST', '/api/v1/tokens', { name: 'x', role: 'viewer' }, 403, 403, 403],
  ]) {
    const got = await Promise.all([vera, otto, nina].map((who) => status(house, who, method, address, body)));
    assert.deepEqual(got, wanted, `${method} ${address}`);
  }
  const list = await (await ask(house, nina, 'GET', '/api/v1/cameras')).json();
  assert.deepEqual(list.cameras.map(({ id }) => id), ['porch']);

  // The same on the page's WebSocket, for each message and each event.
  const page = await house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'],
    { headers: { cookie: `eyelid_session=${nina.cookie}` } });
  assert.equal((await page.json('camera')).camera.id, 'porch');
  assert.equal((await page.json('listed')).cameras, 1);
  page.send({ type: 'start', camera: 'yard', rendition: 'jpeg' });
  assert.equal((await page.json('error')).code, 'no-such-camera');
  page.send({ type: 'set', camera: 'yard', request: 1, values: { brightness: 1 } });
  assert.equal((await page.json('error')).code, 'no-such-camera');
  assert.equal(await status(house, anna, 'PATCH', '/api/v1/cameras/yard', { name: 'Yard' }), 200);
  page.send({ type: 'ping', t: 1 });
  await page.json('pong');
  assert.ok(!page.queue.some((m) => m.camera?.id === 'yard'));
  const viewers = await house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'],
    { headers: { cookie: `eyelid_session=${vera.cookie}` } });
  await viewers.json('listed');
  viewers.send({ type: 'set', camera: 'porch', request: 2, values: { brightness: 2 } });
  assert.equal((await viewers.json('error')).code, 'not-allowed');
});

test('a password change ends sessions and their connections (CVE-2026-33124)', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const phone = await logIn(house, 'anna', PASSWORD);
  const page = await house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'],
    { headers: { cookie: `eyelid_session=${phone.cookie}` } });
  await page.json('listed');
  const stream = await ask(house, phone, 'GET', '/stream/porch.mjpg');
  const reader = stream.body.getReader();
  await reader.read();
  const { sessions } = await (await ask(house, anna, 'GET', '/api/v1/sessions')).json();
  assert.equal(sessions.length, 2);
  assert.equal(sessions.filter(({ current }) => current).length, 1);

  const change = (password, new_password) => ask(house, anna, 'POST', '/api/v1/session/password', { password, new_password });
  assert.equal((await change('not the password', OTHER)).status, 401);
  const changed = await change(PASSWORD, OTHER);
  assert.equal(changed.status, 201);
  assert.equal((await page.closed).code, 1008);
  for (;;) { // the stream ends
    const { done } = await reader.read().catch(() => ({ done: true }));
    if (done) break;
  }
  for (const old of [anna, phone]) assert.equal(await status(house, old, 'GET', '/api/v1/cameras'), 401);
  assert.equal(await status(house, cookieOf(changed), 'GET', '/api/v1/cameras'), 200);
  assert.equal(await status(house, NOBODY, 'POST', '/api/v1/session', { name: 'anna', password: PASSWORD }), 401);
  const again = await logIn(house, 'anna', OTHER);
  assert.equal(await status(house, again, 'DELETE', '/api/v1/session'), 204);
  assert.equal(await status(house, again, 'GET', '/api/v1/cameras'), 401);
});

test('tokens of programs: in the header, in addresses of pictures, limited, revoked', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const made = await (await ask(house, anna, 'POST', '/api/v1/tokens',
    { name: 'dashboard', role: 'viewer', cameras: ['porch'] })).json();
  const program = { bearer: made.token };
  assert.equal(await status(house, program, 'GET', '/api/v1/cameras/porch'), 200);
  assert.equal(await status(house, program, 'GET', '/metrics'), 403);
  const basic = { authorization: `Basic ${Buffer.from(`any:${made.token}`).toString('base64')}` };
  assert.equal((await house.get('/snapshot/porch.jpg', { headers: basic })).status, 200);
  assert.equal((await house.get(`/snapshot/porch.jpg?token=${made.token}`, { headers: { accept: '*/*' } })).status, 200);
  assert.equal((await house.get(`/api/v1/cameras?token=${made.token}`, { headers: { accept: '*/*' } })).status, 401);
  // Players of HLS send nothing but the addresses that the playlist lists.
  const bare = { headers: { accept: '*/*' } };
  const playlist = await (await house.get(`/hls/porch/index.m3u8?token=${made.token}`, bare)).text();
  const media = playlist.match(/#EXT-X-MAP:URI="([^"]+)"/)[1];
  assert.equal((await house.get(`/hls/porch/${media}`, bare)).status, 200);
  assert.equal((await house.get(`/hls/porch/${media.split('?')[0]}`, bare)).status, 401);
  const plain = await (await house.get('/hls/porch/index.m3u8', { headers: basic })).text();
  assert.ok(plain.includes('#EXTM3U') && !plain.includes('token'), plain);
  // What is stored, and what is listed, is no credential.
  const listed = (await (await ask(house, anna, 'GET', '/api/v1/tokens')).json()).tokens.find(({ name }) => name === 'dashboard');
  assert.ok(!JSON.stringify(listed).includes(made.token));
  assert.equal(await status(house, { bearer: listed.id }, 'GET', '/api/v1/cameras'), 401);

  const stream = await ask(house, program, 'GET', '/stream/porch.mjpg');
  const reader = stream.body.getReader();
  await reader.read();
  assert.equal(await status(house, anna, 'DELETE', `/api/v1/tokens/${made.id}`), 204);
  for (;;) {
    const { done } = await reader.read().catch(() => ({ done: true }));
    if (done) break;
  }
  assert.equal(await status(house, program, 'GET', '/api/v1/cameras/porch'), 401);
});

test('downloads and exports end with the token that asked for them', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const item = await (await ask(house, anna, 'POST', '/api/v1/cameras/porch/photo')).json();
  // One longer than what sockets hold on their way.
  fs.truncateSync(path.join(house.data, 'archive', item.file), 256 * 1024 * 1024);
  const made = await (await ask(house, anna, 'POST', '/api/v1/tokens', { name: 'backup', role: 'viewer' })).json();
  const begin = async (address) => {
    const response = await ask(house, { bearer: made.token }, 'GET', address);
    const reader = response.body.getReader();
    let n = (await reader.read()).value.length;
    const rest = async () => {
      for (;;) {
        const { done, value } = await reader.read().catch(() => ({ done: true }));
        if (done) return n;
        n += value.length;
      }
    };
    return { length: Number(response.headers.get('content-length')), rest };
  };
  const ids = Array(1000).fill(item.id).join(',');
  const downloads = [await begin(item.url), await begin(`/api/v1/archive/export?ids=${ids}`)];
  assert.equal(await status(house, anna, 'DELETE', `/api/v1/tokens/${made.id}`), 204);
  for (const { length, rest } of downloads) assert.ok(await rest() < length / 2, `of ${length} bytes`);
});

test('a removed user is out at once, and no secret is in logs, files or metrics', async (t) => {
  const { house, anna, setup } = await bootWithAnna(t);
  assert.equal(await status(house, anna, 'POST', '/api/v1/users', { name: 'ben', password: PASSWORD, role: 'admin' }), 201);
  const ben = await logIn(house, 'ben', PASSWORD);
  const made = await (await ask(house, ben, 'POST', '/api/v1/tokens', { name: 'x', role: 'admin' })).json();
  assert.equal(await status(house, anna, 'DELETE', '/api/v1/users/anna'), 422); // not oneself
  assert.equal(await status(house, anna, 'DELETE', '/api/v1/users/ben'), 204);
  assert.equal(await status(house, ben, 'GET', '/api/v1/cameras'), 401);
  assert.equal(await status(house, NOBODY, 'POST', '/api/v1/session', { name: 'ben', password: PASSWORD }), 401);
  const metrics = await (await ask(house, { bearer: made.token }, 'GET', '/metrics')).text();
  await house.server.stop();
  const files = fs.readdirSync(house.data, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile()).map((entry) => path.join(entry.path, entry.name));
  const texts = [house.server.output.replaceAll(setup, ''), metrics,
    ...files.map((name) => fs.readFileSync(name, 'latin1'))];
  for (const secret of [PASSWORD, anna.cookie, ben.cookie, made.token])
    assert.ok(!texts.some((text) => text.includes(secret)), `${secret} can be found`);
  for (const name of files) assert.equal(fs.statSync(name).mode & 0o077, 0, name);
});

/** The status and body of a POST from another address of this machine. */
const postFrom = (house, localAddress, path, body, headers = {}) => new Promise((resolve, reject) => {
  const [host, port] = house.http.split(':');
  const request = http.request({ host, port, localAddress, path, method: 'POST', agent: false,
    headers: { 'content-type': 'application/json', ...headers } }, async (response) => {
    let text = '';
    for await (const data of response) text += data;
    resolve([response.statusCode, text]);
  });
  request.on('error', reject);
  request.end(JSON.stringify(body));
});
const logInFrom = (house, localAddress, name, password, more = {}) =>
  postFrom(house, localAddress, '/api/v1/session', { name, password, ...more });

test('a wrong name and a wrong password look the same, and a guesser keeps nobody else out', async (t) => {
  const { house } = await bootWithAnna(t);
  const guess = (name) => logInFrom(house, '127.0.0.2', name, 'not the password');
  assert.deepEqual(await guess('anna'), await guess('nobody'));
  let tries = 2, last;
  do { [last] = await guess('anna'); tries++; } while (last === 401 && tries < 20);
  assert.deepEqual([last, tries], [503, 11]);
  assert.equal((await logInFrom(house, '127.0.0.2', 'anna', PASSWORD))[0], 503, 'not even with the right one');
  await logIn(house, 'anna', PASSWORD);
  assert.equal((await logInFrom(house, '127.0.0.3', 'anna', PASSWORD))[0], 201, 'a new address has tries of its own');
});

test('many guesses at once are no way around the limit, and take nobody\'s place', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const looked = new Map();
  const guess = async (address) => {
    const [status] = await logInFrom(house, address, 'anna', 'not the password');
    if (status === 401) looked.set(address, (looked.get(address) ?? 0) + 1);
    else assert.equal(status, 503);
  };
  const addresses = Array.from({ length: 8 }, (_, i) => `127.0.1.${i + 1}`);
  for (let round = 0; round < 6; round++) {
    const guesses = addresses.flatMap((address) => [guess(address), guess(address), guess(address)]);
    assert.equal((await logInFrom(house, '127.0.0.1', 'anna', PASSWORD))[0], 201, 'from a known address, meanwhile');
    await Promise.all(guesses);
  }
  const counts = [...looked.values()];
  assert.ok(Math.max(...counts) <= 10, `${counts} of one address`);
  assert.ok(counts.reduce((sum, n) => sum + n, 0) <= 30, `${counts} of strangers`);
  while ((await logInFrom(house, '127.0.0.1', 'anna', 'not the password'))[0] === 401);
  assert.deepEqual(await postFrom(house, '127.0.0.1', '/api/v1/session/password', { password: PASSWORD, new_password: `${PASSWORD}2` },
    { cookie: `eyelid_session=${anna.cookie}` }).then(([status]) => status), 201, 'a session changes its password whatever its address did');
});

test('a second factor: offered, confirmed, asked for, used once, lost', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const own = (method, body) => ask(house, anna, method, '/api/v1/session/totp', body);
  const logInWith = async (code) => {
    const response = await ask(house, NOBODY, 'POST', '/api/v1/session', { name: 'anna', password: PASSWORD, code });
    return response.status === 401 ? (await response.json()).type.split(':').at(-1) : response.status;
  };
  const offer = await (await own('POST', {})).json();
  assert.match(offer.secret, /^[A-Z2-7]{32}$/);
  assert.equal(offer.uri, `otpauth://totp/eyelid:anna?secret=${offer.secret}&issuer=eyelid`);
  assert.equal(offer.recovery_codes.length, 10);
  // It is not in force before a code of it was given, with the password.
  assert.equal(await logInWith(undefined), 201);
  assert.equal((await own('PUT', { password: PASSWORD, code: '000000' === totp(offer.secret) ? '111111' : '000000' })).status, 401);
  assert.equal((await own('PUT', { password: 'not the password', code: totp(offer.secret) })).status, 401);
  assert.deepEqual(await (await own('GET')).json(), { enabled: false, recovery_codes: 0 });
  const first = totp(offer.secret);
  assert.equal((await own('PUT', { password: PASSWORD, code: first })).status, 204);
  assert.deepEqual(await (await own('GET')).json(), { enabled: true, recovery_codes: 10 });
  assert.equal((await (await ask(house, anna, 'GET', '/api/v1/users')).json()).users[0].totp, true);

  assert.equal(await logInWith(undefined), 'code-needed');
  assert.equal(await logInWith(first), 'code-needed', 'it was used to confirm');
  const wrong = await ask(house, NOBODY, 'POST', '/api/v1/session', { name: 'anna', password: 'wrong password', code: offer.recovery_codes[0] });
  assert.match((await wrong.json()).type, /bad-login$/, 'the password comes first');
  const next = totp(offer.secret, 1);
  const both = await Promise.all([logInWith(next), logInWith(next)]);
  assert.deepEqual(both.map(String).sort(), ['201', 'code-needed'], 'of two at once, one');
  assert.equal(await logInWith(offer.recovery_codes[0].toLowerCase()), 201);
  assert.equal(await logInWith(offer.recovery_codes[0]), 'code-needed');

  // What was used stays used after a restart; no secret is anywhere but in the store.
  await house.server.stop();
  await house.start();
  assert.equal(await logInWith(offer.recovery_codes[0]), 'code-needed');
  assert.equal(await logInWith(next), 'code-needed');
  assert.equal(await logInWith(offer.recovery_codes[1]), 201);
  assert.deepEqual(await (await own('GET')).json(), { enabled: true, recovery_codes: 8 });
  for (const secret of [offer.secret, ...offer.recovery_codes]) assert.ok(!house.server.output.includes(secret));
  // A token is not asked for a code, and has none.
  assert.equal((await house.get('/api/v1/session/totp')).status, 422);

  // Ten wrong codes are the last of this minute, from whatever address; a session still changes the password.
  let seen;
  for (let i = 0; i < 10; i++) {
    seen = await logInFrom(house, `127.0.1.${i + 1}`, 'anna', PASSWORD, { code: 'AAAA' });
    if (seen[0] === 503) break;
  }
  assert.equal(seen[0], 503, 'limited by the user');
  assert.equal((await logInFrom(house, '127.0.1.99', 'anna', PASSWORD, { code: offer.recovery_codes[2] }))[0], 503);

  // The machine's owner, or another administrator, removes it.
  const remove = async () => (await own('PUT', { password: PASSWORD, code: null })).status;
  assert.equal(await remove(), 204);
  assert.equal(await logInWith(undefined), 201);
  const again = await (await own('POST', {})).json();
  assert.equal((await own('PUT', { password: PASSWORD, code: totp(again.secret) })).status, 204);
  assert.equal(await logInWith(undefined), 'code-needed');
  await ask(house, anna, 'POST', '/api/v1/users', { name: 'vera', password: PASSWORD, role: 'viewer' });
  const vera = await logIn(house, 'vera', PASSWORD);
  assert.equal(await status(house, vera, 'DELETE', '/api/v1/users/anna/totp'), 403);
  assert.equal(await status(house, anna, 'DELETE', '/api/v1/users/nobody/totp'), 404);
  assert.equal(await status(house, anna, 'DELETE', '/api/v1/users/anna/totp'), 204);
  assert.equal(await logInWith(undefined), 201);
});

test('every operation answers each role as its description declares (CVE-2026-55863)', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const ROLES = ['none', 'viewer', 'operator', 'admin'];
  const askers = { none: NOBODY };
  for (const role of ROLES.slice(1)) {
    const { token } = await (await ask(house, anna, 'POST', '/api/v1/tokens', { name: role, role })).json();
    askers[role] = { bearer: token };
  }
  const { paths } = await house.json('/api/v1/openapi.json');
  const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
  let asked = 0;
  for (const [template, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item).filter(([name]) => METHODS.includes(name))) {
      if (operation['x-eyelid-websocket']) continue; // tested above, with a handshake
      const declared = operation['x-eyelid-role'];
      // What a share link shows is for its visitors, and no role has it.
      const needs = ['public', 'device'].includes(declared) ? 0 : declared === 'share' ? ROLES.length : ROLES.indexOf(declared);
      assert.ok(needs >= 0, `${method} ${template} declares "${declared}"`);
      const address = template.replace('{id}', 'not-there').replace('{file}', 'x.m4s');
      for (const [rank, role] of ROLES.entries()) {
        const got = await ask(house, askers[role], method.toUpperCase(), address, operation.requestBody && {});
        await got.body?.cancel();
        const denied = got.status === 401 || got.status === 403;
        assert.equal(denied, rank < needs, `${role}: ${method} ${address}: ${got.status}`);
        if (denied) assert.equal(got.status, role === 'none' ? 401 : 403, `${role}: ${method} ${address}`);
        assert.ok(Object.keys(operation.responses).includes(String(got.status)) || got.status === 400,
          `${role}: ${method} ${address}: ${got.status} is not described`);
        asked++;
      }
    }
  }
  assert.ok(asked >= 100, `${asked} questions`);
});

test('once there is an administrator, new devices wait for one', async (t) => {
  const house = await boot(t, { env: { EYELID_ACCESS: 'accounts' } });
  const [, token] = await house.server.says(/no administrator yet: .*#setup=([0-9a-f]{64})/);
  await house.camera('porch');
  assert.equal((await house.describe('porch')).adopted, true);
  const anna = cookieOf(await ask(house, NOBODY, 'POST', '/api/v1/setup', { token, name: 'anna', password: PASSWORD }));
  const adopted = async (id) => (await (await ask(house, anna, 'GET', `/api/v1/cameras/${id}`)).json()).adopted;
  const yard = house.launch('eyelid-fakecam', ['--url', house.deviceUrl, '--id', 'yard', '--scene', 'circle']);
  await waitFor('the camera', async () => (await adopted('yard')) === false);
  assert.equal(await status(house, anna, 'GET', '/snapshot/yard.jpg'), 409);
  assert.equal(await adopted('porch'), true);
  // Nor is that forgotten by a restart.
  assert.equal((await yard.stop()).code, 0);
  await house.server.stop();
  await house.start();
  house.launch('eyelid-fakecam', ['--url', house.deviceUrl, '--id', 'gate', '--scene', 'circle']);
  await waitFor('the camera', async () => (await adopted('gate')) === false);
  assert.equal(await status(house, anna, 'POST', '/api/v1/cameras/gate/adopt', {}), 200);
  assert.equal(await status(house, anna, 'GET', '/snapshot/gate.jpg'), 200);
});

test('a device whose token is replaced is sent away at once, and only the new one is taken', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const old = 'the-owners-own-token';
  const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });
  const device = await house.socket(`${house.deviceUrl}/board`, [], bearer(old));
  await waitFor('the device', async () => (await status(house, anna, 'GET', '/api/v1/cameras/board')) === 200);
  const made = await ask(house, anna, 'POST', '/api/v1/cameras/board/token', {});
  assert.equal(made.status, 201);
  const { token } = await made.json();
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.match((await device.closed).reason, /token was replaced/);
  const refused = async (options) => (await (await house.socket(`${house.deviceUrl}/board`, [], options)).closed).code;
  assert.deepEqual([await refused(bearer(old)), await refused({})], [1008, 1008]);
  const back = await house.socket(`${house.deviceUrl}/board`, [], bearer(token));
  const state = async () => (await (await ask(house, anna, 'GET', '/api/v1/cameras/board')).json()).state;
  await waitFor('the device again', async () => (await state()) !== 'offline');
  back.close();
  // It is stored before it is reported.
  await house.server.stop('SIGKILL');
  house.server.mayFail = true;
  await house.start();
  assert.deepEqual([await refused(bearer(old)), await refused({})], [1008, 1008]);
  const again = await house.socket(`${house.deviceUrl}/board`, [], bearer(token));
  await waitFor('the device again', async () => (await state()) !== 'offline');
  again.close();
  assert.equal(await status(house, anna, 'POST', '/api/v1/cameras/nowhere/token', {}), 404);
  assert.equal(await status(house, anna, 'POST', '/api/v1/cameras/board/token', { token: 'mine' }), 400);
});

test('a demotion holds while the user changes the password', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  await ask(house, anna, 'POST', '/api/v1/users', { name: 'eve', role: 'admin', password: PASSWORD });
  const eve = await logIn(house, 'eve', PASSWORD);
  const changing = ask(house, eve, 'POST', '/api/v1/session/password', { password: PASSWORD, new_password: OTHER });
  assert.equal(await status(house, anna, 'PATCH', '/api/v1/users/eve', { role: 'viewer', cameras: ['porch'] }), 204);
  await changing;
  const { users } = await (await ask(house, anna, 'GET', '/api/v1/users')).json();
  assert.deepEqual(users.find(({ name }) => name === 'eve'), { name: 'eve', role: 'viewer', cameras: ['porch'], totp: false });
});

test('several who set up at once make one administrator', async (t) => {
  const house = await boot(t, ACCOUNTS);
  const [, token] = await house.server.says(/no administrator yet: .*#setup=([0-9a-f]{64})/);
  const names = ['anna', 'ben', 'carl', 'dora'];
  const answers = await Promise.all(names.map((name) => ask(house, NOBODY, 'POST', '/api/v1/setup',
    { token, name, password: PASSWORD })));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 401, 401, 401]);
  // Guesses at the token, which is 256 bits, keep nobody from logging in.
  for (let i = 0; i < 40; i++) {
    assert.equal(await status(house, NOBODY, 'POST', '/api/v1/setup', { token, name: 'x', password: PASSWORD }), 401);
  }
  await logIn(house, names[answers.findIndex((answer) => answer.status === 201)], PASSWORD);
});

test('who may see some cameras learns nothing of the others from pages of the archive and the wall', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  await house.camera('secret');
  for (const camera of ['porch', 'secret', 'secret']) {
    assert.equal(await status(house, anna, 'POST', `/api/v1/cameras/${camera}/photo`), 201);
  }
  await ask(house, anna, 'PUT', '/api/v1/layout', { order: ['secret', 'porch'], hidden: ['secret'],
    groups: [{ name: 'Bedroom', cameras: ['secret'] }, { name: 'Out', cameras: ['porch', 'secret'] }] });
  const made = await (await ask(house, anna, 'POST', '/api/v1/tokens',
    { name: 'porch', role: 'viewer', cameras: ['porch'] })).json();
  const narrowed = { bearer: made.token };
  const list = async (query) => (await ask(house, narrowed, 'GET', `/api/v1/archive?${query}`)).json();
  assert.deepEqual(await list('camera=secret&limit=1'), { items: [], next: null });
  const { items } = await (await ask(house, anna, 'GET', '/api/v1/archive?camera=secret')).json();
  for (const file of ['secret/latest.jpg', items[0].file]) {
    assert.equal(await status(house, anna, 'GET', `/files/${file}`), 200);
    assert.equal(await status(house, narrowed, 'GET', `/files/${file}`), 404);
    assert.equal(await status(house, NOBODY, 'GET', `/files/${file}`), 401);
  }
  assert.equal((await house.get(`/files/porch/latest.jpg?token=${made.token}`, { headers: { accept: '*/*' } })).status, 200);
  const page = await list('limit=1');
  assert.deepEqual([page.items.map(({ camera }) => camera), page.next], [['porch'], null]);
  assert.deepEqual(await (await ask(house, narrowed, 'GET', '/api/v1/layout')).json(),
    { order: ['porch'], hidden: [], groups: [{ name: 'Out', cameras: ['porch'] }] });
});

test('a session is listed whatever its browser calls itself', async (t) => {
  const { house, anna } = await bootWithAnna(t);
  const response = await house.get('/api/v1/session', { method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'evil\u00ff' },
    body: JSON.stringify({ name: 'anna', password: PASSWORD }) });
  assert.equal(response.status, 201);
  const { sessions } = await (await ask(house, anna, 'GET', '/api/v1/sessions')).json();
  assert.deepEqual(sessions.map(({ agent }) => agent).filter((agent) => agent.startsWith('evil')), ['evil?']);
});
