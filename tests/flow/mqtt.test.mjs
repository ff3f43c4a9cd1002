// Cameras at an MQTT broker: mosquitto, with users and TLS, and what Home Assistant would read and send.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { boot, freePort, temporaryFolder, undoAfter, waitFor } from './harness.mjs';

const PASSWORD = 'a password of the broker';
const PATIENCE_MS = 60_000;

/** A broker that lets in "eyelid" with the password; it can be stopped, started, and stalled. */
async function broker(t, { tls = false } = {}) {
  const folder = temporaryFolder(t), port = await freePort(), users = path.join(folder, 'users');
  const made = spawnSync('mosquitto_passwd', ['-b', '-c', users, 'eyelid', PASSWORD]);
  assert.equal(made.status, 0, String(made.stderr));
  let lines = `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${users}\nuser root\n`;
  const ca = path.join(folder, 'cert.pem');
  if (tls) {
    const key = path.join(folder, 'key.pem');
    assert.equal(spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-keyout', key, '-out', ca, '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']).status, 0);
    lines += `cafile ${ca}\ncertfile ${ca}\nkeyfile ${key}\n`;
  }
  const config = path.join(folder, 'mosquitto.conf'), password = path.join(folder, 'password');
  fs.writeFileSync(config, lines);
  fs.writeFileSync(password, `${PASSWORD}\n`);
  const login = ['-h', '127.0.0.1', '-p', String(port), '-u', 'eyelid', '-P', PASSWORD, ...(tls ? ['--cafile', ca] : [])];
  let child;
  const start = async () => {
    child = spawn('mosquitto', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.resume();
    await waitFor('mosquitto', () => spawnSync('mosquitto_pub', [...login, '-t', 'ready', '-n']).status === 0);
  };
  const stop = () => new Promise((resolve) => { child.on('exit', resolve); child.kill('SIGKILL'); });
  await start();
  undoAfter(t, stop);
  return { port, ca, start, stop, signal: (name) => child.kill(name), password,
    env: { EYELID_MQTT_HOST: '127.0.0.1', EYELID_MQTT_PORT: String(port), EYELID_MQTT_USER: 'eyelid', EYELID_MQTT_PASSWORD_FILE: password,
      ...(tls && { EYELID_MQTT_TLS: 'on', EYELID_MQTT_CA_FILE: ca }) },
    send: (topic, payload) => assert.equal(spawnSync('mosquitto_pub', [...login, '-t', topic, '-m', payload]).status, 0),
    /** The newest payload of every topic, as the broker passes it on. */
    listen() {
      const seen = new Map(), counts = new Map();
      const sub = spawn('mosquitto_sub', [...login, '-t', '#', '-F', '%t %x'], { stdio: ['ignore', 'pipe', 'inherit'] });
      undoAfter(t, () => sub.kill());
      let text = '';
      sub.stdout.on('data', (data) => {
        text += data;
        const all = text.split('\n');
        text = all.pop();
        for (const line of all) {
          const [topic, hex] = line.split(' ');
          seen.set(topic, Buffer.from(hex ?? '', 'hex'));
          counts.set(topic, (counts.get(topic) ?? 0) + 1);
        }
      });
      const json = (topic) => JSON.parse(seen.get(topic) || 'null');
      return { seen, json, count: (topic) => counts.get(topic) ?? 0,
        is: (topic, wanted) => waitFor(`${topic} is ${wanted}`, () => String(seen.get(topic) ?? 'nothing') === wanted, PATIENCE_MS),
        state: (id, wanted) => waitFor(`${id} is ${JSON.stringify(wanted)}`, () => {
          const state = json(`eyelid/${id}/state`);
          return state && Object.entries(wanted).every(([name, value]) => state[name] === value);
        }, PATIENCE_MS) };
    } };
}

const discovered = (seen, id) => [...seen.keys()].find((topic) => topic.startsWith('homeassistant/device/eyelid_') && topic.endsWith(`_${id}/config`));

test('Home Assistant finds a camera, is told what it does, arms and wakes it', async (t) => {
  const mqtt = await broker(t), heard = mqtt.listen();
  const house = await boot(t, { env: { ...mqtt.env, EYELID_LINGER_S: '0' } });
  await heard.is('eyelid/status', 'online');
  await house.camera('porch', { size: '640x480', args: ['--motion', '6 box 40,150 60x150 for 5 to 540,150; repeat 24'] });
  await heard.state('porch', { online: 'ON', motion: 'OFF', armed: 'OFF', awake: 'asleep' });
  const topic = await waitFor('discovery', () => discovered(heard.seen, 'porch'));
  const config = heard.json(topic);
  assert.equal(config.device.name, 'porch');
  assert.deepEqual(Object.entries(config.components).map(([key, { platform }]) => [key, platform]).sort(), [['armed', 'switch'],
    ['awake', 'sensor'], ['motion', 'binary_sensor'], ['picture', 'camera'], ['wake', 'button']]);
  const ids = Object.values(config.components).map((component) => component.unique_id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(config.availability.map((one) => one.topic), ['eyelid/status', 'eyelid/porch/state']);

  mqtt.send(config.components.wake.command_topic, 'PRESS');
  await heard.state('porch', { awake: 'order' });
  assert.deepEqual((await house.describe('porch')).why.map(({ reason }) => reason), ['order']);

  mqtt.send(config.components.armed.command_topic, 'ON');
  await heard.state('porch', { armed: 'ON', awake: 'motion' });
  assert.equal((await house.json('/api/v1/cameras/porch/motion')).armed, true);
  await heard.state('porch', { motion: 'ON' });
  await waitFor('a picture', () => heard.seen.get(config.components.picture.topic)?.readUInt16BE(0) === 0xffd8);
  await heard.state('porch', { motion: 'OFF' });
  // The page's switch is told as well; the minute of the order has not passed.
  await house.get('/api/v1/cameras/porch/motion', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"armed":false}' });
  await heard.state('porch', { armed: 'OFF' });

  // Commands that are no commands, and for cameras that are not there.
  for (const [where, what] of [['eyelid/porch/armed/set', 'on'], ['eyelid/nobody/wake', 'PRESS'], ['eyelid/../wake', 'PRESS'],
    ['eyelid/porch/armed/set', 'x'.repeat(5000)]]) mqtt.send(where, what);
  const before = heard.count(topic);
  mqtt.send('homeassistant/status', 'online');
  await waitFor('discovery again', () => heard.count(topic) > before);
  assert.equal((await house.json('/api/v1/cameras/porch/motion')).armed, false);

  assert.equal((await house.get('/api/v1/cameras/porch', { method: 'DELETE' })).status, 204);
  for (const gone of [topic, 'eyelid/porch/state', 'eyelid/porch/picture']) await heard.is(gone, '');
  house.server.mayFail = true;
  await house.server.stop('SIGKILL');
  await heard.is('eyelid/status', 'offline');
  assert.ok(!house.server.output.includes(PASSWORD));
});

test('by TLS; a broker that is away, stalls or refuses costs nothing and is found again', async (t) => {
  const mqtt = await broker(t, { tls: true });
  await mqtt.stop();
  const house = await boot(t, { env: mqtt.env });
  await house.server.says(/mqtt: not connected to 127\.0\.0\.1, trying again: Connection refused/);
  await house.camera('porch');
  await mqtt.start();
  const heard = mqtt.listen();
  await heard.state('porch', { online: 'ON' });

  mqtt.signal('SIGSTOP');
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'jpeg' });
  for (let i = 0; i < 10; i++) await page.binary();
  mqtt.signal('SIGCONT');
  await heard.state('porch', { awake: 'viewer' });

  fs.writeFileSync(mqtt.password, 'not the password\n');
  const other = await boot(t, { env: mqtt.env });
  await other.server.says(/the broker refused: Connection Refused: not authorised/);
  assert.equal((await other.get('/healthz')).status, 200);
  const stopped = await house.server.stop();
  assert.equal(stopped.code, 0);
  await heard.is('eyelid/status', 'offline');
});
