// https: the certificate authority, the same page and API over TLS, and the redirect.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { boot, House, temporaryFolder } from './harness.mjs';

const TLS = { env: { EYELID_TLS: 'on' }, args: ['--https', '127.0.0.1:0'] };

function ask(module, url, options = {}) {
  return new Promise((resolve, reject) => {
    module.get(url, options, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    }).on('error', reject);
  });
}

async function secureAddress(house) {
  const [, address] = await house.server.says(/page: https:\/\/([^/\s]+)\//);
  return `https://localhost:${address.split(':').at(-1)}`;
}

test('the page and its API over TLS, trusted through the authority that the server offers', async (t) => {
  const house = await boot(t, TLS);
  const secure = await secureAddress(house);
  const ca = await (await house.get('/trust/eyelid-ca.crt')).text();
  assert.match(ca, /^-----BEGIN CERTIFICATE-----/);
  await assert.rejects(ask(https, `${secure}/healthz`), /self-signed|unable to verify|local issuer/);
  const health = await ask(https, `${secure}/healthz`, { ca });
  assert.equal(health.status, 200);
  await house.camera('porch');
  const picture = await ask(https, `${secure}/snapshot/porch.jpg`, { ca });
  assert.equal(picture.status, 200);
  assert.equal(picture.body.readUInt16BE(0), 0xffd8);
  const profile = await house.get('/trust/eyelid.mobileconfig');
  assert.equal(profile.headers.get('content-type'), 'application/x-apple-aspen-config');
  const encoded = (await profile.text()).match(/<data>\s*([A-Za-z0-9+/=\s]+)<\/data>/)[1].replace(/\s/g, '');
  assert.equal(encoded, ca.replace(/-----[^-]+-----/g, '').replace(/\s/g, ''));
});

test('the page\'s WebSocket over TLS', async (t) => {
  const house = await boot(t, TLS);
  const secure = await secureAddress(house);
  const ca = await (await house.get('/trust/eyelid-ca.crt')).text();
  const socket = await house.socket(`${secure.replace('https', 'wss')}/api/v1/live`, ['eyelid.live.v1'], { ca });
  assert.equal((await socket.json('hello')).type, 'hello');
});

test('over TLS the cookie is Secure and of this host alone, and the plain one is not taken', async (t) => {
  const house = await boot(t, { ...TLS, env: { ...TLS.env, EYELID_ACCESS: 'accounts' } });
  const secure = await secureAddress(house);
  const ca = await (await house.get('/trust/eyelid-ca.crt')).text();
  const [, token] = await house.server.says(/#setup=([0-9a-f]{64})/);
  const body = JSON.stringify({ token, name: 'anna', password: 'correct horse battery' });
  const made = await new Promise((resolve, reject) => {
    https.request(`${secure}/api/v1/setup`, { ca, method: 'POST', headers: { 'content-type': 'application/json' } }, resolve)
      .on('error', reject).end(body);
  });
  made.resume();
  assert.equal(made.statusCode, 201);
  const [cookie] = made.headers['set-cookie'];
  assert.match(cookie, /^__Host-eyelid_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
  const value = cookie.match(/[0-9a-f]{64}/)[0];
  const status = async (module, base, name) =>
    (await ask(module, `${base}/api/v1/users`, { ca, headers: { cookie: `${name}=${value}` } })).status;
  assert.equal(await status(https, secure, '__Host-eyelid_session'), 200);
  // Anyone who can write to plain connections can set that one.
  assert.equal(await status(https, secure, 'eyelid_session'), 401);
  assert.equal(await status(http, house.url, '__Host-eyelid_session'), 401);
});

test('a restart keeps the authority and its certificate, readable by the server alone', async (t) => {
  const data = temporaryFolder(t);
  const folder = path.join(data, 'tls');
  const files = ['ca.crt', 'ca.key', 'server.crt', 'server.key'];
  const house = await boot(t, { ...TLS, data });
  const before = files.map((file) => fs.readFileSync(path.join(folder, file), 'utf8'));
  for (const file of files) assert.equal(fs.statSync(path.join(folder, file)).mode & 0o777, 0o600, file);
  assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
  await house.server.stop();
  await new House(t, { ...TLS, data }).start().then((again) => again.server.stop());
  assert.deepEqual(files.map((file) => fs.readFileSync(path.join(folder, file), 'utf8')), before);
});

test('a configured https port that is in use is named', async (t) => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  t.after(() => other.close());
  const taken = `127.0.0.1:${other.address().port}`;
  const house = new House(t, { env: { EYELID_TLS: 'on' }, args: ['--https', taken] });
  await assert.rejects(house.start(), new RegExp(`${taken} is in use by another program`));
});

test('a browser from the network is sent from http to https, a program is not', async (t) => {
  const outside = Object.values(os.networkInterfaces()).flat().find((a) => a.family === 'IPv4' && !a.internal);
  if (!outside) return t.skip('this machine has no address but loopback');
  const house = await boot(t, { env: { EYELID_TLS: 'on' }, http: '0.0.0.0:0', args: ['--https', '0.0.0.0:0'] });
  const secure = await secureAddress(house);
  const plain = `http://${outside.address}:${house.http.split(':').at(-1)}`;
  const page = await ask(http, `${plain}/`, { headers: { accept: 'text/html,*/*' } });
  assert.equal(page.status, 307);
  assert.equal(page.headers.location, `https://${outside.address}:${new URL(secure).port}/`);
  const health = await ask(http, `${plain}/healthz`, { headers: { accept: 'text/html' } });
  assert.equal(health.status, 200);
  const script = await ask(http, `${plain}/player.js`);
  assert.equal(script.status, 200);
  const near = await ask(http, `${house.url.replace('0.0.0.0', '127.0.0.1')}/`, { headers: { accept: 'text/html' } });
  assert.equal(near.status, 200);
});

test('the owner\'s certificate is used as it is, and no authority is offered', async (t) => {
  const data = temporaryFolder(t);
  const maker = await boot(t, { ...TLS, data });
  await maker.server.stop();
  const house = await boot(t, { env: { EYELID_TLS: 'on', EYELID_TLS_CERT: path.join(data, 'tls/server.crt'),
    EYELID_TLS_KEY: path.join(data, 'tls/server.key') }, args: ['--https', '127.0.0.1:0'] });
  const secure = await secureAddress(house);
  const ca = fs.readFileSync(path.join(data, 'tls/ca.crt'));
  assert.equal((await ask(https, `${secure}/healthz`, { ca })).status, 200);
  assert.equal((await house.get('/trust/eyelid-ca.crt')).status, 404);
  assert.ok(!fs.existsSync(path.join(house.data, 'tls')));
});

test('a certificate that its owner renews is used from the next connection on, and a broken one is not', async (t) => {
  const [first, second] = [temporaryFolder(t), temporaryFolder(t)];
  for (const data of [first, second]) await (await boot(t, { ...TLS, data })).server.stop();
  const own = temporaryFolder(t), [cert, key] = ['server.crt', 'server.key'].map((name) => path.join(own, name));
  const use = (data) => { for (const name of ['server.crt', 'server.key']) fs.copyFileSync(path.join(data, 'tls', name), path.join(own, name)); };
  use(first);
  const house = await boot(t, { env: { EYELID_TLS: 'on', EYELID_TLS_CERT: cert, EYELID_TLS_KEY: key }, args: ['--https', '127.0.0.1:0'] });
  const secure = await secureAddress(house);
  const isSignedBy = async (data) => (await ask(https, `${secure}/healthz`,
    { ca: fs.readFileSync(path.join(data, 'tls/ca.crt')), agent: new https.Agent() }).then(({ status }) => status === 200, () => false));
  const socket = await house.socket(`${secure.replace('https', 'wss')}/api/v1/live`, ['eyelid.live.v1'],
    { ca: fs.readFileSync(path.join(first, 'tls/ca.crt')) });
  await socket.json('listed');
  assert.deepEqual([await isSignedBy(first), await isSignedBy(second)], [true, false]);

  fs.writeFileSync(cert, 'broken');
  house.server.child.kill('SIGHUP');
  await house.server.says(/https: .*; the certificate in use stays/);
  assert.equal(await isSignedBy(first), true);

  use(second);
  house.server.child.kill('SIGHUP');
  await house.server.says(/https: the certificate was read again/);
  assert.deepEqual([await isSignedBy(first), await isSignedBy(second)], [false, true]);
  socket.send({ type: 'ping', t: 1 }); // who was connected stays so
  await socket.json('pong');
});
