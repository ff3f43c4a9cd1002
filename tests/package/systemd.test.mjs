// The installed service under a systemd that runs: its sandbox, its user, its second life.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { freePort, House, waitFor } from '../flow/harness.mjs';
import { builtPackage, decodedFrames, freshSystem } from './system.mjs';

const NSPAWN = ['systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--console=pipe'];

/** /proc/PID/status of the container's service as an object, or null while there is none. */
function serviceStatus() {
  const here = fs.readlinkSync('/proc/self/ns/pid'); // where a service of this machine's own would be
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!/\/eyelid\.service$/m.test(fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8'))) continue;
      if (fs.readlinkSync(`/proc/${pid}/ns/pid`) === here) continue;
      const lines = fs.readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
      const status = Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)));
      if (status.Name === 'eyelid') return { ...status, pid: Number(pid) };
    } catch { /* ended meanwhile */ }
  }
  return null;
}

test('the service under systemd', { skip: process.getuid() !== 0 && 'only root may start a container' }, async (t) => {
  const house = new House(t, { data: '/var/lib/eyelid' });
  t.after(() => house.finish()); // before its system goes
  const system = await freshSystem(t);
  const http = `127.0.0.1:${await freePort()}`, device = `127.0.0.1:${await freePort()}`;
  await system.install(builtPackage('amd64'));
  await system.write('/etc/eyelid/eyelid.conf', `http = ${http}\ndevice = ${device}\n`);
  await system.run(['install', '-d', '/etc/systemd/journald.conf.d']);
  await system.write('/etc/systemd/journald.conf.d/console.conf', '[Journal]\nForwardToConsole=yes\n');

  Object.assign(house, { url: `http://${http}`, deviceUrl: `ws://${device}` });
  const machine = house.launch('systemd-nspawn', [], {}, [...NSPAWN, `--directory=${system.folder}`, '--boot']);
  const isServed = () => waitFor(`the service is up; the machine said:\n${machine.output}`, async () => {
    if (machine.end) throw new Error(`systemd-nspawn ended:\n${machine.output}`);
    return house.get('/healthz').then((response) => response.ok, () => false);
  }, 60000);

  await t.test('starts at boot, as its user, without rights that it does not need', async () => {
    await isServed();
    const status = serviceStatus();
    const uid = (await system.run(['id', '-u', 'eyelid'])).trim();
    assert.deepEqual(status.Uid.split('\t'), [uid, uid, uid, uid]);
    assert.equal(Number(`0x${status.CapBnd}`), 0);
    assert.equal(status.NoNewPrivs, '1');
    assert.equal(status.Seccomp, '2'); // a filter
  });

  await t.test('shows a camera from inside its sandbox', async () => {
    await house.camera('porch', { size: '320x240' });
    await decodedFrames(`${house.url}/stream/porch.mp4`, { width: 320, height: 240, count: 10 });
  });

  await t.test('comes back after a crash, and knows its cameras', async () => {
    const { pid } = serviceStatus();
    process.kill(pid, 'SIGKILL');
    await waitFor('another process serves', () => ![undefined, pid].includes(serviceStatus()?.pid), 20000);
    await isServed();
    assert.ok(await house.describe('porch'));
  });
});
