// The control socket and the command line on it, with the real program: anyone who may open the file is the
// owner, for every value of `access`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { BUILD, boot } from './harness.mjs';

const ACCOUNTS = { env: { EYELID_ACCESS: 'accounts' } };
const PASSWORD = 'correct horse battery';

/** Runs `eyelid WORDS` for the server of the house: {code, out, error}. */
function eyelid(house, words, stdin = '') {
  return new Promise((resolve) => {
    const child = spawn(path.join(BUILD, 'eyelid'), [...words, '--data', house.data],
      { env: { PATH: process.env.PATH, HOME: '/nonexistent' } });
    const got = { out: '', error: '' };
    child.stdout.on('data', (bytes) => { got.out += bytes; });
    child.stderr.on('data', (bytes) => { got.error += bytes; });
    child.stdin.on('error', () => {}).end(stdin);
    child.on('close', (code) => resolve({ code, ...got }));
  });
}

async function done(house, words, stdin) {
  const { code, out, error } = await eyelid(house, words, stdin);
  assert.equal(code, 0, `${words.join(' ')}: ${error}`);
  return out;
}

const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });

/** A request on the socket itself. */
const askSocket = (house, options) => new Promise((resolve, reject) => {
  const request = http.request({ socketPath: path.join(house.data, 'control.sock'), ...options }, (response) => {
    response.resume();
    response.on('end', () => resolve(response.statusCode));
  });
  request.on('error', reject).end();
});

test('users, tokens and sessions are managed on the command line', async (t) => {
  const house = await boot(t, ACCOUNTS);
  await house.camera('porch');
  const link = (await done(house, ['setup'])).trim();
  assert.match(link, new RegExp(`^http://${house.http}/#setup=[0-9a-f]{64}$`));
  assert.ok(house.server.output.includes(`no administrator yet: set one up at ${link}`));
  assert.match(await done(house, ['camera', 'list']), /^ID +STATE +SOURCE +NAME\nporch +\w+ +push +porch\n$/);

  await done(house, ['user', 'add', 'anna', '--role', 'admin'], `${PASSWORD}\n`);
  const again = await eyelid(house, ['user', 'add', 'anna'], `${PASSWORD}\n`);
  assert.deepEqual([again.code, again.error], [1, 'eyelid: a user has this name\n']);
  const late = await eyelid(house, ['setup']);
  assert.equal(late.code, 1);
  assert.match(late.error, /nothing to set up/);
  // Rules are the server's.
  assert.match((await eyelid(house, ['user', 'add', 'ben'], 'short\n')).error, /a password has 8 to 256 bytes/);
  assert.match((await eyelid(house, ['user', 'add', 'ben', '--role', 'king'], `${PASSWORD}\n`)).error, /role is viewer/);
  await done(house, ['user', 'add', 'ben', '--cameras', 'porch,yard'], `${PASSWORD}\n`);
  assert.equal(await done(house, ['user', 'list']),
    'NAME  ROLE    CAMERAS\nanna  admin   all\nben   viewer  porch,yard\n');
  await done(house, ['user', 'role', 'ben', 'operator', '--cameras', 'all']);
  const users = JSON.parse(await done(house, ['user', 'list', '--json']));
  assert.deepEqual(users.users[1], { name: 'ben', role: 'operator', cameras: null, totp: false });
  await done(house, ['user', 'reset-totp', 'ben']);
  assert.match((await eyelid(house, ['user', 'reset-totp', 'eve'])).error, /there is no user "eve"/);
  // Without an administrator the server would be open to the next one who sets it up.
  for (const words of [['user', 'remove', 'anna'], ['user', 'role', 'anna', 'viewer'],
    ['user', 'role', 'anna', 'admin', '--cameras', 'porch']]) {
    const { code, error } = await eyelid(house, words);
    assert.deepEqual([code, error], [1, 'eyelid: "anna" is the last administrator; add another one first\n']);
  }

  // A session of anna's ends with her new password.
  const logIn = (password) => house.get('/api/v1/session', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'anna', password }),
  });
  const first = await logIn(PASSWORD);
  assert.equal(first.status, 201);
  const { sessions } = JSON.parse(await done(house, ['session', 'list', '--json']));
  assert.deepEqual(sessions.map(({ user }) => user), ['anna']);
  await done(house, ['user', 'passwd', 'anna'], 'another long password\n');
  assert.equal(JSON.parse(await done(house, ['session', 'list', '--json'])).sessions.length, 0);
  assert.equal((await logIn(PASSWORD)).status, 401);
  assert.equal((await logIn('another long password')).status, 201);
  const [session] = JSON.parse(await done(house, ['session', 'list', '--json'])).sessions;
  await done(house, ['session', 'remove', session.id]);
  assert.match((await eyelid(house, ['session', 'remove', session.id])).error, /there is no session/);

  const token = (await done(house, ['token', 'add', 'octoprint', '--days', '2'])).trim();
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.equal((await house.get('/api/v1/cameras', bearer(token))).status, 200);
  const [listed] = JSON.parse(await done(house, ['token', 'list', '--json'])).tokens;
  assert.equal(listed.name, 'octoprint');
  assert.ok(Date.parse(listed.expires) - Date.now() < 2 * 86400e3 && Date.parse(listed.expires) > Date.now());
  await done(house, ['token', 'remove', listed.id]);
  assert.equal((await house.get('/api/v1/cameras', bearer(token))).status, 401);
  await done(house, ['user', 'remove', 'ben']);
  assert.doesNotMatch(await done(house, ['user', 'list']), /ben/);

  // Who changed what is in the log, without secrets.
  assert.match(house.server.output, /control socket: uid \d+ pid \d+: DELETE \/api\/v1\/users\/ben/);
  for (const secret of [PASSWORD, 'another long password', token]) assert.ok(!house.server.output.includes(secret));
});

test('the socket belongs to its owner, and is removed with the server', async (t) => {
  const house = await boot(t, { env: { EYELID_ACCESS: 'accounts', EYELID_CONTROL: 'auto' } });
  const socket = path.join(house.data, 'control.sock');
  const { mode } = fs.statSync(socket);
  assert.ok([0o600, 0o660].includes(mode & 0o777), mode.toString(8)); // 660: where the group eyelid is there
  assert.equal(await askSocket(house, { path: '/api/v1/users' }), 200);
  // No page in a browser, and nothing that a proxy passes on.
  assert.equal(await askSocket(house, { path: '/api/v1/users', headers: { 'x-forwarded-for': '192.0.2.1' } }), 403);
  assert.equal(await askSocket(house, { path: '/api/v1/users', headers: { host: 'evil.example' } }), 403);
  assert.equal(await askSocket(house, { path: '/api/v1/users', headers: { origin: 'https://evil.example' } }), 403);
  // A server that was killed leaves the file; the next one takes its place.
  house.server.mayFail = true;
  await house.server.stop('SIGKILL');
  assert.ok(fs.existsSync(socket));
  const lost = await eyelid(house, ['user', 'list']);
  assert.equal(lost.code, 2);
  assert.match(lost.error, /no server answers at .*control\.sock; is it running/);
  await house.start();
  assert.equal(await askSocket(house, { path: '/api/v1/users' }), 200);
  await house.server.stop();
  assert.ok(!fs.existsSync(socket));
});

test('a user who may not open the socket gets an error', { skip: process.getuid() !== 0 && 'needs root' }, async (t) => {
  const house = await boot(t, ACCOUNTS);
  const socket = path.join(house.data, 'control.sock');
  fs.chmodSync(house.data, 0o755);
  fs.chmodSync(path.dirname(house.data), 0o755);
  fs.chmodSync(socket, 0o600);
  const copy = path.join(fs.mkdtempSync('/tmp/eyelid-as-nobody-'), 'eyelid');
  fs.copyFileSync(path.join(BUILD, 'eyelid'), copy);
  fs.chmodSync(copy, 0o755);
  fs.chmodSync(path.dirname(copy), 0o755);
  t.after(() => fs.rmSync(path.dirname(copy), { recursive: true }));
  const child = spawn(copy, ['user', 'list', '--control', socket], { uid: 65534, gid: 65534, env: { HOME: '/' } });
  let error = '';
  child.stderr.on('data', (bytes) => { error += bytes; });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 2);
  assert.match(error, /no permission; run this as root, or as a member of the group eyelid/);
});

test('control = off makes no socket, and a configured path is used', async (t) => {
  const off = await boot(t, { env: { EYELID_CONTROL: 'off' } });
  assert.ok(!fs.existsSync(path.join(off.data, 'control.sock')));
  const own = path.join(off.data, 'own.sock');
  const house = await boot(t, { args: ['--control', own] });
  assert.equal((await eyelid(house, ['user', 'list', '--control', own])).code, 0);
});
