// Starting and stopping: what the programs say, and how they end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { boot, endsPromptly, freePort, run, temporaryFolder, TOP, waitFor } from './harness.mjs';

test('--version and --help', async () => {
  const version = await run('eyelid', ['--version']);
  assert.equal(version.code, 0);
  assert.match(version.stdout, /^eyelid \d+\.\d+\.\d+\n$/);
  const help = await run('eyelid', ['--help']);
  assert.equal(help.code, 0);
  for (const word of ['serve', 'check-config', '--config', '--http', '--device', '--data', '--lan']) {
    assert.ok(help.stdout.includes(word), word);
  }
});

test('a wrong command line names what is expected', async () => {
  const cases = [[[], /no command given/], [['surve'], /no command "surve"/],
    [['serve', '--htpt', ':1'], /--htpt.*--help/], [['serve', '--http', 'here'], /--http:.*ADDRESS:PORT/]];
  for (const [args, says] of cases) {
    const { code, output } = await run('eyelid', args);
    assert.equal(code, 2, output);
    assert.match(output, /^eyelid: /);
    assert.match(output, says);
  }
});

test('an error in the file names its line', async (t) => {
  const file = path.join(temporaryFolder(t), 'my.conf');
  fs.writeFileSync(file, '# mine\nhtpt = :8080\n');
  for (const args of [['check-config', file], ['serve', '--config', file]]) {
    const { code, output } = await run('eyelid', args);
    assert.equal(code, 2);
    assert.equal(output, `eyelid: ${file}:2: there is no key \`htpt\`; did you mean \`http\`?\n`);
  }
  const { code, output } = await run('eyelid', ['check-config', `${file}.not-there`]);
  assert.equal(code, 2);
  assert.match(output, /my\.conf\.not-there: No such file/);
});

test('check-config shows what is in force and from where', async () => {
  const { code, stdout } = await run('eyelid', ['check-config', path.join(TOP, 'dist/eyelid.conf')],
    { env: { EYELID_LINGER_S: '7' } });
  assert.equal(code, 0);
  assert.match(stdout, /^linger_s = 7 ; EYELID_LINGER_S$/m);
  assert.match(stdout, /^quality = 0 ; default$/m);
});

test('a misspelt EYELID_ variable is an error, one that a platform injects a warning', async () => {
  const { code, output } = await run('eyelid', ['check-config'], { env: { EYELID_LINGER: '7' } });
  assert.equal(code, 2);
  assert.match(output, /EYELID_LINGER:.*did you mean `linger_s`/);
  const injected = await run('eyelid', ['check-config'], { env: { EYELID_SERVICE_HOST: '10.0.0.7' } });
  assert.equal(injected.code, 0, injected.output);
  assert.match(injected.output, /^eyelid: ignored environment variables: EYELID_SERVICE_HOST$/m);
});

test('messages about the configuration carry no raw escapes', async (t) => {
  const file = path.join(temporaryFolder(t), 'my.conf');
  fs.writeFileSync(file, 'h\x1b[31m = 1\n');
  const { code, output } = await run('eyelid', ['check-config', '--config', file]);
  assert.equal(code, 2);
  assert.match(output, /my\.conf:1: there is no key `h\?\[31m`/);
});

test('SIGHUP, SIGUSR1 and SIGUSR2 are logged and ignored, SIGQUIT stops', async (t) => {
  const house = await boot(t), { server } = house;
  for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2']) server.child.kill(signal);
  for (const name of ['Hangup', 'User defined signal 1', 'User defined signal 2']) {
    await server.says(new RegExp(`${name}: ignored`));
  }
  assert.equal((await house.get('/healthz')).status, 200);
  assert.equal((await server.stop('SIGQUIT')).code, 0);
  assert.match(server.output, /Quit: stopping/);
});

test('the server is up, healthy, and gone after SIGTERM and SIGINT', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    await endsPromptly(async () => {
      const house = await boot(t);
      const health = await house.get('/healthz');
      assert.equal(health.status, 200);
      assert.equal((await health.text()).trim(), 'ok');
      return house.server.stop(signal);
    });
  }
});

test('cameras are declared in files, which count at each start, and an error costs only its camera', async (t) => {
  const folder = temporaryFolder(t), file = (name, text) => fs.writeFileSync(path.join(folder, name), text);
  file('gate.conf', 'name = Front gate\nurl = http://10.255.255.1/stream\n');
  file('porch.conf', 'name = Porch\n');
  file('wrong.conf', 'name = A\nadress = http://10.255.255.1/\n');
  file('No Id.conf', 'name = B\n');
  file('notes.txt', 'not read');
  const house = await boot(t, { env: { EYELID_CAMERAS: folder, EYELID_ADOPT: 'ask' } });
  await house.server.says(/wrong\.conf:2: the keys are `name` and `url`/);
  await house.server.says(/No Id\.conf: the file's name must be the camera's id/);
  await house.camera('porch');
  const seen = async (id) => { const { name, adopted, address } = await house.describe(id); return { name, adopted, address }; };
  assert.deepEqual(await seen('gate'), { name: 'Front gate', adopted: true, address: 'http://10.255.255.1/stream' });
  assert.deepEqual((await seen('porch')).adopted, true);
  assert.equal((await house.get('/snapshot/porch.jpg')).status, 200);
  assert.equal(await house.describe('wrong'), null);

  await house.get('/api/v1/cameras/gate', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"name":"Changed"}' });
  file('gate.conf', 'name = Gate\nurl = http://10.255.255.2/stream\n');
  await house.server.stop();
  await house.start();
  await waitFor('the file counts', async () => JSON.stringify(await seen('gate')) ===
    JSON.stringify({ name: 'Gate', adopted: true, address: 'http://10.255.255.2/stream' }));

  const { code, output } = await run('eyelid', ['check-config'], { env: { EYELID_CAMERAS: folder } });
  assert.equal(code, 2);
  assert.match(output, /wrong\.conf:2/);
});

test('a taken port is named', async (t) => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  t.after(() => other.close());
  const taken = `127.0.0.1:${other.address().port}`, free = `127.0.0.1:${await freePort()}`;
  for (const [option, http, device] of [['--http', taken, free], ['--device', free, taken]]) {
    const { code, output } = await run('eyelid', ['serve', '--http', http, '--device', device,
      '--data', temporaryFolder(t)]);
    assert.equal(code, 1);
    assert.ok(output.includes(`eyelid: ${taken} is in use by another program; stop it, or choose another address with ${option}`), output);
  }
});

test('an address of another machine is named', async (t) => {
  const { code, output } = await run('eyelid', ['serve', '--http', '192.0.2.1:0', '--device',
    '127.0.0.1:0', '--data', temporaryFolder(t)]);
  assert.equal(code, 1);
  assert.match(output, /eyelid: this machine does not have the address 192\.0\.2\.1:0/);
});

test('two servers on one data folder', async (t) => {
  const house = await boot(t);
  const { code, output } = await run('eyelid', ['serve', '--http', '127.0.0.1:0', '--device',
    '127.0.0.1:0', '--data', house.data]);
  assert.equal(code, 1);
  assert.match(output, new RegExp(`eyelid: .*another eyelid \\(process ${house.server.pid}\\) uses this folder`));
});

test('an unusable data folder is named', async () => {
  const { code, output } = await run('eyelid', ['serve', '--http', '127.0.0.1:0', '--device',
    '127.0.0.1:0', '--data', '/dev/null/data']);
  assert.equal(code, 1);
  assert.match(output, /eyelid: \/dev\/null\/data: .*--data/);
});

test('open to the network comes with a warning', async (t) => {
  const house = await boot(t, { http: '127.0.0.1:0', args: ['--lan'] });
  assert.match(house.server.output, /page: http:\/\/\*:\d+\//);
  assert.match(house.server.output, /warn .*open to the network/);
});

test('the log is JSON on request', async (t) => {
  const house = await boot(t, { env: { EYELID_LOG_FORMAT: 'json' } });
  const lines = house.server.output.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.some((line) => line.message.includes('is ready') && line.level === 'info'));
});

test('a fresh server shows this machine its cameras, and how to set up an administrator', async (t) => {
  const house = await boot(t, { env: { EYELID_ACCESS: undefined, EYELID_OPEN_ROLE: undefined } });
  await house.server.says(/no administrator yet: set one up at http:\/\/127\.0\.0\.1:\d+\/#setup=[0-9a-f]{64}/);
  await house.camera('porch');
  for (const address of ['/api/v1/cameras', '/snapshot/porch.jpg', '/metrics', '/api/v1/system'])
    assert.equal((await house.get(address)).status, 200, address);
  const stream = await house.get('/stream/porch.mjpg');
  assert.equal(stream.status, 200);
  await stream.body.cancel();
  await house.page();
  assert.equal((await house.get('/api/v1/cameras/porch', { method: 'DELETE' })).status, 401);
});

test('open to the network without an administrator, nothing but the setup is shown, here too', async (t) => {
  const house = await boot(t, { env: { EYELID_ACCESS: undefined, EYELID_OPEN_ROLE: undefined }, http: '0.0.0.0:0' });
  house.url = house.url.replace('0.0.0.0', '127.0.0.1');
  for (const address of ['/api/v1/cameras', '/snapshot/porch.jpg', '/metrics'])
    assert.equal((await house.get(address)).status, 401, address);
  for (const address of ['/', '/healthz', '/api/v1/session']) assert.equal((await house.get(address)).status, 200, address);
  assert.equal((await house.json('/api/v1/session')).needs_setup, true);
});
