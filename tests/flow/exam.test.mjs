// Known vulnerabilities of similar programs, tested against this one: each test names its counterparts.
// Others are covered by the tests of the affected part: docs/security.md lists all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { SCALE, boot, waitFor } from './harness.mjs';
import { cpuSeconds } from '../lib/proc.mjs';

const PASSWORD = 'correct horse battery';
const JSON_TYPE = { 'content-type': 'application/json' };

/** A request whose target is sent as it is; {status, headers, text}. */
function ask(house, target, { method = 'GET', headers = {}, body } = {}) {
  const [host, port] = house.http.split(':');
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: target, headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString('latin1') }));
    });
    request.on('error', reject);
    request.setTimeout(20000 * SCALE, () => request.destroy(new Error(`${target}: no answer`)));
    request.end(body);
  });
}

const send = (house, who, method, target, body, headers = {}) => ask(house, target,
  { method, headers: { ...JSON_TYPE, ...who, ...headers }, body: method === 'GET' || method === 'DELETE' ? undefined : JSON.stringify(body) });

async function logIn(house, name) {
  const answer = await send(house, {}, 'POST', '/api/v1/session', { name, password: PASSWORD });
  assert.equal(answer.status, 201, answer.text);
  return { cookie: answer.headers['set-cookie'][0].split(';')[0] };
}

/** A server with an administrator, anna, and ben, an operator of one of its two cameras. */
async function bootWithUsers(t) {
  const house = await boot(t, { env: { EYELID_ACCESS: 'accounts', EYELID_ADOPT: 'all', EYELID_LINGER_S: '1' } });
  const [, setup] = await house.server.says(/#setup=([0-9a-f]{64})/);
  await house.camera('porch', { size: '64x48' });
  await house.camera('yard', { size: '64x48' });
  const set = await send(house, {}, 'POST', '/api/v1/setup', { token: setup, name: 'anna', password: PASSWORD });
  assert.equal(set.status, 201, set.text);
  const anna = { cookie: set.headers['set-cookie'][0].split(';')[0] };
  const made = await send(house, anna, 'POST', '/api/v1/users', { name: 'ben', password: PASSWORD, role: 'operator', cameras: ['yard'] });
  assert.equal(made.status, 201, made.text);
  return { house, setup, anna, ben: await logIn(house, 'ben') };
}

test('another site cannot act through the owner\'s browser (CVE-2023-45670, CVE-2024-29192, CVE-2024-29191)', async (t) => {
  const { house, anna } = await bootWithUsers(t);
  const acts = [['PATCH', '/api/v1/cameras/porch', { name: 'x' }], ['DELETE', '/api/v1/cameras/porch', {}],
    ['PATCH', '/api/v1/cameras/porch/settings', { brightness: 1 }], ['POST', '/api/v1/users', { name: 'eve', password: PASSWORD, role: 'admin' }],
    ['POST', '/api/v1/tokens', { name: 'x', role: 'admin' }], ['POST', '/api/v1/cameras/porch/token', {}],
    ['POST', '/api/v1/cameras', { source: 'http', id: 'gate', url: 'http://192.0.2.1/' }], ['PUT', '/api/v1/layout', {}]];
  for (const [method, target, body] of acts) {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { referer: 'https://evil.example/' }])
      assert.equal((await send(house, anna, method, target, body, headers)).status, 403, `${method} ${target} ${JSON.stringify(headers)}`);
    if (method === 'DELETE') continue; // no page sends one without asking first, and the body is not read
    // What a form of another site, or a script without leave, can send.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain; application/json'])
      assert.equal((await send(house, anna, method, target, body, { 'content-type': type })).status, 415, `${method} ${target} ${type}`);
  }
  const { cameras } = JSON.parse((await ask(house, '/api/v1/cameras', { headers: anna })).text);
  assert.deepEqual(cameras.map(({ id, name }) => [id, name]), [['porch', 'porch'], ['yard', 'yard']]);
  assert.equal(JSON.parse((await ask(house, '/api/v1/users', { headers: anna })).text).users.length, 2);
  await assert.rejects(house.socket(`ws://${house.http}/api/v1/live`, ['eyelid.live.v1'],
    { origin: 'https://evil.example', headers: anna }), /403/);
});

test('no address leads out of its folder (CVE-2026-31978, CVE-2026-55488, CVE-2025-62382, CVE-2025-48067, CVE-2026-54134)', async (t) => {
  const { house, anna } = await bootWithUsers(t);
  fs.writeFileSync(path.join(house.data, 'planted.jpg'), 'planted');
  fs.symlinkSync('/etc/passwd', path.join(house.data, 'archive', 'link.jpg'));
  const names = ['..', '.', '%2e%2e', '%2e%2e%2fplanted.jpg', '..%2fplanted.jpg', '..%5cplanted.jpg', '..\\planted.jpg', '../planted.jpg',
    '....//planted.jpg', '..;/planted.jpg', '%252e%252e%252fplanted.jpg', '%c0%ae%c0%ae%2fplanted.jpg', '/etc/passwd', '%2fetc%2fpasswd',
    'file:%2f%2f%2fetc%2fpasswd', 'link.jpg', 'planted.jpg%00', 'x%00', '%00', 'a'.repeat(4000), '~root', 'eyelid.db', '-1', '1e3', '0x1',
    '99999999999999999999', '%7fplanted', 'CON', 'porch%20', 'porch%2f..%2fyard'];
  for (const before of ['/archive/', '/api/v1/archive/', '/api/v1/cameras/', '/snapshot/', '/poster/', '/stream/', '/hls/', '/hls/porch/', '/assets/',
    '/trust/', '/', '/device/', '/api/v1/archive/export?ids=', '/api/v1/users/', '/api/v1/sessions/', '/api/v1/schedules/']) {
    for (const name of names) {
      for (const target of [before + name, `${before}${name}/thumbnail.jpg`, `${before}${name}.jpg`]) {
        const answer = await ask(house, target, { headers: anna });
        assert.ok(!/^planted|root:.*:0:0:|SQLite format/.test(answer.text), target);
        assert.ok(answer.status < 500, `${target}: ${answer.status}`);
        if (!['/', '/device/'].includes(before)) assert.notEqual(answer.status, 200, target);
      }
    }
  }
  // Nothing is uploaded as a form, whose fields would name files.
  const form = '--x\r\ncontent-disposition: form-data; name="file.path"; filename="../../etc/passwd"\r\n\r\nroot\r\n--x--\r\n';
  const routes = Object.entries(JSON.parse((await ask(house, '/api/v1/openapi.json', { headers: anna })).text).paths);
  for (const [route, methods] of routes) {
    for (const method of ['post', 'put', 'patch'].filter((name) => methods[name]?.requestBody)) {
      const { status } = await ask(house, route.replaceAll(/{[^}]*}/g, 'porch'), { method: method.toUpperCase(), body: form,
        headers: { ...anna, 'content-type': 'multipart/form-data; boundary=x' } });
      assert.ok(status >= 400 && status < 500, `${method} ${route}: ${status}`);
    }
  }
  assert.equal((await ask(house, '/healthz')).status, 200);
});

test('what is stored is no credential (CVE-2026-46488)', async (t) => {
  const { house, anna, setup } = await bootWithUsers(t);
  const made = await send(house, anna, 'POST', '/api/v1/tokens', { name: 'x', role: 'admin' });
  const device = await send(house, anna, 'POST', '/api/v1/cameras/yard/token', {});
  await house.server.stop();
  const stored = fs.readdirSync(house.data).filter((name) => name.startsWith('eyelid.db'))
    .map((name) => fs.readFileSync(path.join(house.data, name), 'latin1')).join('\n');
  const texts = new Set([...stored.matchAll(/[0-9a-f]{64}/g)].map(([text]) => text));
  assert.ok(texts.size >= 4, `${texts.size} hashes`); // two sessions, a token, a device
  for (const secret of [anna.cookie.slice(-64), JSON.parse(made.text).token, JSON.parse(device.text).token, setup])
    assert.ok(!texts.has(secret) && !stored.includes(secret));
  await house.start();
  const passwords = [...stored.matchAll(/\$argon2id\$[!-~]{40,100}/g)].map(([text]) => text);
  assert.ok(passwords.length >= 2);
  for (const text of texts) {
    for (const headers of [{ authorization: `Bearer ${text}` }, { cookie: `eyelid_session=${text}` },
      { authorization: `Basic ${Buffer.from(`x:${text}`).toString('base64')}` }])
      assert.equal((await ask(house, '/api/v1/cameras', { headers })).status, 401);
    const shown = await house.socket(`${house.deviceUrl}/yard`, [], { headers: { authorization: `Bearer ${text}` } });
    assert.equal((await shown.closed).code, 1008);
  }
  for (const password of new Set(passwords.map((text) => text.slice(0, 97))))
    assert.equal((await send(house, {}, 'POST', '/api/v1/session', { name: 'anna', password })).status, 401);
});

test('nobody else on this machine reads or opens what the server made (CVE-2026-32315)', async (t) => {
  const { house, anna } = await bootWithUsers(t);
  assert.equal((await send(house, anna, 'POST', '/api/v1/cameras/yard/photo', {})).status, 201);
  const entries = fs.readdirSync(house.data, { withFileTypes: true, recursive: true });
  assert.ok(entries.some((entry) => entry.isSocket()) && entries.some((entry) => entry.name.endsWith('.jpg')));
  for (const entry of entries) {
    const name = path.join(entry.path, entry.name), mode = fs.statSync(name).mode & 0o777;
    const most = entry.isDirectory() ? 0o700 : entry.isSocket() ? 0o660 : 0o600;
    assert.equal(mode & ~most, 0, `${name} has mode ${mode.toString(8)}`);
  }
  assert.equal(fs.statSync(house.data).mode & 0o077, 0);
});

test('objects are judged by their camera, on every way to them (CVE-2026-33470, CVE-2026-33125)', async (t) => {
  const { house, anna, ben } = await bootWithUsers(t);
  const keep = async (camera) => {
    const answer = await send(house, anna, 'POST', `/api/v1/cameras/${camera}/photo`, {});
    assert.equal(answer.status, 201, answer.text);
    return JSON.parse(answer.text);
  };
  const theirs = await keep('porch'), own = await keep('yard');
  const ways = (item) => [['GET', `/api/v1/archive/${item.id}`], ['GET', item.url], ['GET', item.thumbnail],
    ['GET', `/api/v1/archive/export?ids=${item.id}`], ['PATCH', `/api/v1/archive/${item.id}`, { starred: true }]];
  for (const [method, target, body] of ways(own)) assert.equal((await send(house, ben, method, target, body)).status, 200, target);
  for (const [method, target, body] of [...ways(theirs), ['DELETE', `/api/v1/archive/${theirs.id}`]])
    assert.equal((await send(house, ben, method, target, body)).status, 404, `${method} ${target}`);
  const list = JSON.parse((await ask(house, '/api/v1/archive', { headers: ben })).text);
  assert.ok(!JSON.stringify(list).includes('porch'));
  for (const target of ['/snapshot/porch.jpg', '/poster/porch.jpg', '/stream/porch.mjpg', '/stream/porch.mp4', '/stream/porch.ts', '/stream/porch.h264',
    '/hls/porch/index.m3u8', '/hls/porch/init.mp4', '/api/v1/cameras/porch', '/api/v1/cameras/porch/controls', '/api/v1/cameras/porch/settings',
    '/api/v1/cameras/porch/awake', '/api/v1/cameras/porch/last.jpg']) {
    const answer = await ask(house, target, { headers: ben });
    assert.equal(answer.status, 404, target);
    assert.equal((await ask(house, target.replace('porch', 'no-such'), { headers: ben })).status, 404); // and no more is told
  }
});

test('a source is an address of a camera and nothing else (CVE-2025-47782, CVE-2026-25643, CVE-2025-60787, CVE-2024-29193, CVE-2023-26035, CVE-2026-76060)', async (t) => {
  const { house, anna } = await bootWithUsers(t);
  for (const url of ['exec:id', 'exec:/bin/sh -c id', 'file:///etc/passwd', 'ffmpeg:http://x', 'ftp://192.0.2.1/', 'gopher://192.0.2.1/', 'rtsp://192.0.2.1/;id',
    'http://127.0.0.1:22/', 'http://[::1]/', 'http://169.254.169.254/latest/meta-data/', 'http://0/', 'http://[::ffff:127.0.0.1]/', 'http://2130706433/',
    'http:// 192.0.2.1/', 'javascript:alert(1)', '/etc/passwd', '$(id)', '`id`', '|id', ''])
    assert.equal((await send(house, anna, 'POST', '/api/v1/cameras', { source: 'http', id: 'gate', url })).status, 422, url);
  assert.equal((await ask(house, '/api/v1/cameras/gate', { headers: anna })).status, 404);
});

test('text is stored and given back as it is, whatever it means elsewhere (CVE-2024-51482, CVE-2023-26032, CVE-2023-26037, CVE-2026-27470, CVE-2023-45671, CVE-2023-47620, CVE-2024-49377, CVE-2025-64187)', async (t) => {
  const { house, anna } = await bootWithUsers(t);
  const names = ['\'); DROP TABLE camera;--', '" OR "1"="1', '<script>alert(1)</script>', '${7*7}{{7*7}}', '%s%n%x', '$(id)`id`', '\\\'; --', 'é\u0301\u202d?'.replace('\u202d', '')];
  for (const name of names) {
    const renamed = await send(house, anna, 'PATCH', '/api/v1/cameras/porch', { name });
    assert.equal(renamed.status, 200, renamed.text);
    await house.server.stop();
    await house.start();
    const answer = await ask(house, '/api/v1/cameras/porch', { headers: anna });
    assert.equal(JSON.parse(Buffer.from(answer.text, 'latin1').toString()).name, name);
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  }
});

test('long and strange text costs no more than plain text (CVE-2024-32874, CVE-2025-48879)', async (t) => {
  const { house, anna } = await bootWithUsers(t);
  const cost = async (letter, bytes) => {
    const text = letter.repeat(Math.floor(bytes / Buffer.byteLength(letter)));
    const before = cpuSeconds(house.server.pid);
    for (const [method, target, body] of [['PATCH', '/api/v1/cameras/porch', { name: text }], ['POST', '/api/v1/tokens', { name: text, role: text }],
      ['POST', '/api/v1/users', { name: text, password: text, role: text, cameras: [text] }], ['PATCH', '/api/v1/cameras/porch/settings', { [text]: text }],
      ['POST', '/api/v1/session', { name: text, password: text }], ['POST', '/api/v1/cameras', { source: text, id: text, url: text }],
      ['PUT', '/api/v1/layout', { order: [text], hidden: [text], groups: [{ name: text, cameras: [text] }] }], ['POST', '/api/v1/schedules', { name: text }]]) {
      const answer = await send(house, anna, method, target, body);
      assert.ok([400, 413, 422].includes(answer.status), `${method} ${target}: ${answer.status}`);
    }
    return cpuSeconds(house.server.pid) - before;
  };
  await cost('a', 15000);
  const plain = await cost('a', 15000);
  for (const letter of ['\u0301', 'ﷺ', '\u{1f468}\u200d', '\u0000', '\\', '"'])
    assert.ok((await cost(letter, 15000)) < 20 * (plain + 0.005), `${JSON.stringify(letter)} costs more than 20 times as much as plain text`);
});

test('only what is declared listens', async (t) => {
  const { house } = await bootWithUsers(t);
  const inodes = new Set(fs.readdirSync(`/proc/${house.server.pid}/fd`).map((fd) => {
    try { return fs.readlinkSync(`/proc/${house.server.pid}/fd/${fd}`).match(/^socket:\[(\d+)\]/)?.[1]; } catch { return undefined; }
  }));
  const ports = [];
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
    for (const line of fs.readFileSync(`/proc/${house.server.pid}/net/${table}`, 'utf8').trim().split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (inodes.has(inode) && (state === '0A' || table.startsWith('udp'))) ports.push(parseInt(local.split(':')[1], 16));
    }
  }
  const wanted = [house.http, house.device].map((address) => Number(address.split(':')[1]));
  assert.deepEqual(ports.sort(), wanted.sort());
});

test('no output has a secret (CVE-2026-54652)', async (t) => {
  const { house, anna, ben, setup } = await bootWithUsers(t);
  const made = JSON.parse((await send(house, anna, 'POST', '/api/v1/tokens', { name: 'x', role: 'viewer' })).text);
  const device = JSON.parse((await send(house, anna, 'POST', '/api/v1/cameras/yard/token', {})).text);
  const url = 'http://user:a-camera-password@192.0.2.1/stream';
  assert.equal((await send(house, anna, 'POST', '/api/v1/cameras', { source: 'http', id: 'gate', url })).status, 201);
  // Every way to be refused, with each secret.
  await send(house, {}, 'POST', '/api/v1/session', { name: 'anna', password: 'a-wrong-password' });
  await ask(house, `/snapshot/yard.jpg?token=${made.token}`);
  await ask(house, `/no-such/${made.token}`);
  await ask(house, `/api/v1/cameras?token=${made.token}`, { headers: { host: 'evil.example' } });
  await (await house.socket(`${house.deviceUrl}/yard`, [], { headers: { authorization: `Bearer ${device.token.slice(0, 63)}` } })).closed;
  await waitFor('the device is refused', () => /does not present this camera's token/.test(house.server.output));
  const answers = await Promise.all(['/api/v1/cameras', '/api/v1/system', '/metrics', '/api/v1/users', '/api/v1/tokens', '/api/v1/sessions', '/api/v1/session',
    '/api/v1/openapi.json', '/api/v1/layout', '/'].map(async (target) => (await ask(house, target, { headers: anna })).text));
  await house.server.stop();
  const secrets = { password: PASSWORD, wrong: 'a-wrong-password', anna: anna.cookie.slice(-64), ben: ben.cookie.slice(-64), token: made.token,
    device: device.token, camera: 'a-camera-password' };
  const log = house.server.output.replaceAll(`#setup=${setup}`, '').replaceAll(`/no-such/${made.token}`, '');
  for (const [what, secret] of Object.entries(secrets))
    for (const text of [log, ...answers]) assert.ok(!text.includes(secret), `${what} is in ${text.slice(0, 80)}`);
  assert.ok(!log.includes(setup));
});
