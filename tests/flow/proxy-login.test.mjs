// Requests through a real proxy: nginx that only forwards, that names the user, that caches; and
// browsers and programs that pretend to be the proxy.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { Program, SCALE, boot, freePort, run, temporaryFolder, undoAfter } from './harness.mjs';

const SECRET = 'a-secret-between-proxy-and-server';
const PASSWORD = 'correct horse battery';
const PROXY = '127.0.0.2'; // the address that nginx uses towards the server
const skip = spawnSync('which', ['nginx']).status === 0 ? false : 'needs Debian\'s nginx-light';

function ask(port, target, { headers = {}, method = 'GET', body, address = '127.0.0.1', from } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: address, port, method, path: target, headers, localAddress: from }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more) => { text += more; });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.setTimeout(20000 * SCALE, () => request.destroy(new Error(`${target}: no answer`)));
    request.end(body);
  });
}

/** nginx in front of the server; what it adds to each request. */
async function nginx(t, server, lines) {
  const port = await freePort(), folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, 'config'), `
    daemon off; pid pid; worker_processes 1; ${process.getuid() === 0 ? 'user root;' : ''}
    events {}
    http {
      access_log off;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      proxy_cache_path cache keys_zone=all:1m;
      server { listen 127.0.0.1:${port}; location / { proxy_pass http://${server}; ${lines} } }
    }`);
  const running = new Program('nginx', ['-p', folder, '-c', 'config', '-e', 'stderr'], {}, { command: ['nginx'] });
  undoAfter(t, () => running.stop());
  const deadline = performance.now() + 20000 * SCALE;
  while ((await ask(port, '/healthz').catch(() => ({}))).status !== 200) {
    if (running.end || performance.now() > deadline) throw new Error(`nginx: ${running.output}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return port;
}

/** A server with anna, an administrator, and ben, who sees one camera. */
async function bootWithUsers(t, env = {}) {
  const folder = temporaryFolder(t), file = path.join(folder, 'secret');
  fs.writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
  const house = await boot(t, { env: { EYELID_ACCESS: 'accounts', EYELID_ADOPT: 'all', EYELID_TRUSTED_PROXIES: PROXY,
    EYELID_PROXY_LOGIN: 'remote-user', EYELID_PROXY_SECRET_FILE: file, ...env } });
  await house.camera('porch', { size: '64x48' });
  await house.camera('yard', { size: '64x48' });
  const [, token] = await house.server.says(/#setup=([0-9a-f]{64})/);
  const json = { 'content-type': 'application/json' };
  const port = house.http.split(':')[1];
  const set = await ask(port, '/api/v1/setup', { method: 'POST', headers: json,
    body: JSON.stringify({ token, name: 'anna', password: PASSWORD }) });
  assert.equal(set.status, 201);
  const cookie = set.headers['set-cookie'][0].split(';')[0];
  const made = await ask(port, '/api/v1/users', { method: 'POST', headers: { ...json, cookie },
    body: JSON.stringify({ name: 'ben', password: PASSWORD, role: 'viewer', cameras: ['yard'] }) });
  assert.equal(made.status, 201, made.text);
  return { house, port, cookie };
}

/** Without the numbers that pass with time. */
const timeless = (text) => text.replace(/[0-9.]+/g, '0');

const FORGED = [
  {}, { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1;proto=https' }, { 'x-real-ip': '::1' },
  { 'remote-user': 'anna' }, { 'remote-user': 'anna', 'x-eyelid-proxy-secret': 'guess' }, { 'x-forwarded-user': 'anna' },
  { 'remote-user': 'anna', 'x-eyelid-proxy-secret': SECRET },
];

test('a proxy that only passes on gives no rights, whatever the browser says (CVE-2024-32977, CVE-2025-32788)', { skip }, async (t) => {
  const { house, port } = await bootWithUsers(t);
  const plain = await nginx(t, house.http, '');
  for (const headers of FORGED)
    for (const at of [plain, port])
      for (const target of ['/api/v1/cameras', '/snapshot/porch.jpg', '/metrics', '/api/v1/users', '/archive/1'])
        assert.equal((await ask(at, target, { headers })).status, 401, `${JSON.stringify(headers)} ${target}`);
});

test('a trusted proxy with the secret says who asks; without it, it is a proxy like any other', { skip }, async (t) => {
  const { house, port } = await bootWithUsers(t);
  const bind = `proxy_bind ${PROXY};`;
  const user = 'proxy_set_header Remote-User $arg_as;';
  const good = await nginx(t, house.http, `${bind} ${user} proxy_set_header X-Eyelid-Proxy-Secret ${SECRET};`);
  const elsewhere = await nginx(t, house.http, `${user} proxy_set_header X-Eyelid-Proxy-Secret ${SECRET};`);
  const silent = await nginx(t, house.http, `${bind} ${user} proxy_set_header X-Eyelid-Proxy-Secret "";`);
  const status = async (at, target) => (await ask(at, target)).status;
  assert.equal(await status(good, '/api/v1/users?as=anna'), 200);
  assert.equal(await status(good, '/api/v1/users?as=ben'), 403);
  assert.equal(await status(good, '/api/v1/cameras/yard?as=ben'), 200);
  assert.equal(await status(good, '/api/v1/cameras/porch?as=ben'), 404);
  for (const nobody of ['', 'eve', 'ANNA', 'anna%20']) assert.equal(await status(good, `/api/v1/cameras?as=${nobody}`), 401, nobody);
  for (const at of [elsewhere, silent]) assert.equal(await status(at, '/api/v1/cameras?as=anna'), 401);
  const who = JSON.parse((await ask(good, '/api/v1/session?as=ben')).text);
  assert.deepEqual([who.principal, who.name, who.role, who.cameras], ['user', 'ben', 'viewer', ['yard']]);
  assert.equal((await ask(port, '/api/v1/cameras', { from: PROXY, headers: { 'remote-user': 'anna' } })).status, 401);
  assert.ok(!house.server.output.includes(SECRET));

  // A removed user is out, and with the user its open connections.
  const socket = await house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'],
    { localAddress: PROXY, headers: { 'remote-user': 'ben', 'x-eyelid-proxy-secret': SECRET } });
  assert.equal((await socket.json('camera')).camera.id, 'yard');
  const as = { from: PROXY, headers: { 'remote-user': 'anna', 'x-eyelid-proxy-secret': SECRET } };
  assert.equal((await ask(port, '/api/v1/users/ben', { ...as, method: 'DELETE' })).status, 204);
  assert.equal((await socket.closed).code, 1008);
  assert.equal(await status(good, '/api/v1/cameras?as=ben'), 401);
});

test('https at a trusted proxy makes the cookie Secure, elsewhere it does not', { skip }, async (t) => {
  const { house, port } = await bootWithUsers(t);
  const secure = await nginx(t, house.http, `proxy_bind ${PROXY}; proxy_set_header X-Forwarded-Proto https;`);
  const login = (at, headers = {}) => ask(at, '/api/v1/session', { method: 'POST',
    headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ name: 'anna', password: PASSWORD }) });
  assert.match((await login(secure)).headers['set-cookie'][0], /^__Host-eyelid_session=.*; Secure$/);
  assert.match((await login(port, { 'x-forwarded-proto': 'https' })).headers['set-cookie'][0], /^eyelid_session=[^;]*;(?!.*Secure)/);
});

test('a proxy that caches serves nobody what another was answered', { skip }, async (t) => {
  const { house, port, cookie } = await bootWithUsers(t);
  const caching = await nginx(t, house.http, 'proxy_cache all; proxy_cache_key $request_uri; proxy_ignore_client_abort on;');
  const json = { 'content-type': 'application/json' };
  const login = await ask(port, '/api/v1/session', { method: 'POST', headers: json, body: JSON.stringify({ name: 'ben', password: PASSWORD }) });
  const ben = login.headers['set-cookie'][0].split(';')[0];
  for (const target of ['/api/v1/cameras', '/api/v1/session', '/snapshot/yard.jpg', '/snapshot/porch.jpg', '/poster/yard.jpg',
    '/hls/yard/index.m3u8', '/api/v1/archive', '/api/v1/layout', '/api/v1/users']) {
    const first = await ask(caching, target, { headers: { cookie } });
    const second = await ask(caching, target, { headers: { cookie: ben } });
    const direct = await ask(port, target, { headers: { cookie: ben } });
    assert.equal(first.status, 200, target);
    assert.equal(second.status, direct.status, target);
    if (second.status === 200 && /json/.test(second.headers['content-type'])) assert.equal(timeless(second.text), timeless(direct.text), target);
    const nobody = await ask(caching, target);
    assert.equal(nobody.status, target === '/api/v1/session' ? 200 : 401, target);
    assert.ok(!nobody.text.includes('anna'), target);
  }
});

test('half of a proxy login does not start', async (t) => {
  const folder = temporaryFolder(t), short = path.join(folder, 'short');
  fs.writeFileSync(short, 'short\n');
  const env = { EYELID_PROXY_LOGIN: 'remote-user', EYELID_TRUSTED_PROXIES: PROXY };
  for (const [more, says] of [[{}, /proxy_login.* alone has no effect/],
    [{ EYELID_PROXY_SECRET_FILE: short }, /a secret of 16 to 256 characters/],
    [{ EYELID_PROXY_SECRET_FILE: `${short}.no` }, /No such file.*proxy_secret_file/]]) {
    const { code, output } = await run('eyelid', ['serve', '--http', '127.0.0.1:0', '--device', '127.0.0.1:0', '--data', folder],
      { env: { ...env, ...more } });
    assert.notEqual(code, 0);
    assert.match(output, says);
  }
});

test('behind a proxy logins are counted by client, and a forged list of hops is not believed', { skip }, async (t) => {
  const { house, port } = await bootWithUsers(t);
  const proxied = await nginx(t, house.http, `proxy_bind ${PROXY}; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`);
  const guess = (from, headers = {}, password = 'not the password') => ask(proxied, '/api/v1/session', { method: 'POST', from,
    headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ name: 'anna', password }) }).then(({ status }) => status);
  // The client's own inventions stand before its address.
  let tries = 0;
  while (await guess('127.0.0.5', { 'x-forwarded-for': `203.0.113.${tries}` }) === 401) tries++;
  assert.equal(tries, 10);
  assert.equal(await guess('127.0.0.5', {}, PASSWORD), 503);
  assert.equal(await guess('127.0.0.6', {}, PASSWORD), 201, 'another client of the same proxy');
  // Of a proxy that sets one header the client may write the other.
  const modern = await nginx(t, house.http, `proxy_bind ${PROXY}; proxy_set_header Host $http_host; proxy_set_header Forwarded "for=$remote_addr";`);
  const invent = (n) => ask(modern, '/api/v1/session', { method: 'POST', from: '127.0.0.8', headers: { 'content-type': 'application/json',
    'x-forwarded-for': `203.0.113.${n}` }, body: JSON.stringify({ name: 'anna', password: 'not the password' }) }).then(({ status }) => status);
  tries = 0;
  while (tries < 20 && await invent(tries) === 401) tries++;
  assert.equal(tries, 10);
  // Not through a trusted proxy, the list is nobody's word.
  tries = 0;
  const direct = (n) => ask(port, '/api/v1/session', { method: 'POST', from: '127.0.0.7', headers: { 'content-type': 'application/json',
    'x-forwarded-for': `203.0.113.${n}` }, body: JSON.stringify({ name: 'anna', password: 'not the password' }) }).then(({ status }) => status);
  while (await direct(tries) === 401) tries++;
  assert.equal(tries, 10);
});
