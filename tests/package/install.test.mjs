// The package's life on a clean Debian: installed, run, upgraded, removed, purged, installed again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { boot, run, temporaryFolder } from '../flow/harness.mjs';
import { builtPackage, decodedFrames, freshSystem } from './system.mjs';

const execute = promisify(execFile);
const CONF = '/etc/eyelid/eyelid.conf';
const DATA = '/var/lib/eyelid';
const WANTED = '/etc/systemd/system/multi-user.target.wants/eyelid.service';

/** The same package as a later version would be, with another eyelid.conf in it. */
async function laterPackage(t, file) {
  const folder = temporaryFolder(t);
  const tree = path.join(folder, 'tree'), later = path.join(folder, 'eyelid-later.deb');
  await execute('dpkg-deb', ['--raw-extract', file, tree]);
  const control = path.join(tree, 'DEBIAN/control');
  fs.writeFileSync(control, fs.readFileSync(control, 'utf8').replace(/^Version: /m, 'Version: 1:'));
  fs.appendFileSync(path.join(tree, CONF), '\n# A later version says more.\n');
  await execute('dpkg-deb', ['--root-owner-group', '--build', tree, later]);
  return later;
}

/** The installed server, as its unit runs it: as its user, with the state directory named. */
const serve = (t, system) => boot(t, {
  command: [...system.command('eyelid'), 'env', `STATE_DIRECTORY=${DATA}`, '/usr/bin/eyelid'],
});

test('the package on a clean Debian', async (t) => {
  const system = await freshSystem(t);
  const file = builtPackage('amd64');
  const isEnabled = () => system.succeeds(['systemctl', 'is-enabled', 'eyelid.service']);

  await t.test('installs with what it depends on', async () => {
    await system.install(file);
    const version = await run('eyelid', ['--version']);
    assert.equal(await system.run(['eyelid', '--version']), version.stdout);
  });

  await t.test('has its own user in the groups of cameras and graphics', async () => {
    const groups = (await system.run(['id', '-nG', 'eyelid'])).trim().split(' ').sort();
    const wanted = ['eyelid', 'video'];
    if (await system.succeeds(['getent', 'group', 'render'])) wanted.push('render');
    assert.deepEqual(groups, wanted.sort());
    assert.match(await system.run(['getent', 'passwd', 'eyelid']), /:\/var\/lib\/eyelid:\/usr\/sbin\/nologin$/m);
    assert.equal(await system.run(['stat', '-c', '%U:%G %a', DATA]), 'eyelid:eyelid 750\n');
  });

  await t.test('is enabled, and its unit is sound and tight', async () => {
    assert.ok(await isEnabled());
    await system.run(['systemd-analyze', 'verify', '--man=no', 'eyelid.service']);
    const security = await system.run(['systemd-analyze', 'security', '--offline=yes', '--threshold=18',
      '--no-pager', 'eyelid.service']);
    assert.match(security, /Overall exposure level/);
  });

  await t.test('brings its configuration, manual and announcement', async () => {
    const conffiles = await system.run(['dpkg-query', '-W', '-f', '${Conffiles}', 'eyelid']);
    for (const name of [CONF, '/etc/avahi/services/eyelid.service']) assert.ok(conffiles.includes(` ${name} `), name);
    for (const page of ['man1/eyelid.1', 'man1/eyelid-fakecam.1', 'man5/eyelid.conf.5']) {
      assert.ok(await system.exists(`/usr/share/man/${page}.gz`), page);
    }
    assert.match(await system.read('/usr/share/doc/eyelid/copyright'), /GNU General Public License/);
    assert.match(await system.run(['eyelid', 'check-config']), /^lan = off ; default$/m);
  });

  await t.test('serves as its user, by the file in /etc', async (t2) => {
    await system.write(CONF, `${await system.read(CONF)}\n# mine\naccess = open\nopen_role = admin\nhttp = 127.0.0.1:0\ndevice = 127.0.0.1:0\n`);
    const house = await serve(t2, system);
    assert.match(fs.readFileSync(`/proc/${house.server.pid}/status`, 'utf8'), /^Name:\s+eyelid$/m);
    assert.match(await (await house.get('/')).text(), /<!doctype html>/i);
    await house.camera('porch', { size: '320x240' });
    await decodedFrames(`${house.url}/stream/porch.mp4`, { width: 320, height: 240, count: 10 });
    const renamed = await house.get('/api/v1/cameras/porch', { method: 'PATCH', body: '{"name": "My porch"}',
      headers: { 'content-type': 'application/json' } });
    assert.equal(renamed.status, 200);
  });

  const remembers = async (t2) => {
    assert.match(await system.read(CONF), /^# mine$/m);
    const house = await serve(t2, system);
    assert.equal((await house.describe('porch')).name, 'My porch');
  };

  await t.test('a later version keeps the edited file and the data', async (t2) => {
    await system.install(await laterPackage(t2, file));
    assert.match(await system.run(['dpkg-query', '-W', '-f', '${Version}', 'eyelid']), /^1:/);
    assert.doesNotMatch(await system.read(CONF), /A later version/);
    assert.match(await system.read(`${CONF}.dpkg-dist`), /A later version/);
    assert.ok(await isEnabled());
    await remembers(t2);
  });

  await t.test('stays off after an upgrade where it was switched off', async (t2) => {
    await system.run(['systemctl', 'disable', 'eyelid.service']);
    await system.install(file);
    assert.ok(!await isEnabled());
    await system.run(['systemctl', 'enable', 'eyelid.service']);
    await remembers(t2);
  });

  await t.test('removed, it leaves the file and the data', async (t2) => {
    await system.run(['apt-get', 'remove', '-q', '-y', 'eyelid']);
    assert.ok(!await system.exists('/usr/bin/eyelid'));
    assert.ok(await system.exists(`${DATA}/eyelid.db`));
    await system.install(file);
    assert.ok(await isEnabled());
    await remembers(t2);
  });

  await t.test('purged, it leaves nothing but its locked user', async () => {
    await system.run(['apt-get', 'purge', '-q', '-y', 'eyelid']);
    for (const name of [DATA, '/etc/eyelid', '/etc/avahi/services/eyelid.service', WANTED]) {
      assert.ok(!await system.exists(name), name);
    }
    assert.match(await system.run(['passwd', '--status', 'eyelid']), /^eyelid L/);
  });

  await t.test('installed again it begins anew, with the user that there was', async (t2) => {
    const before = await system.run(['id', '-u', 'eyelid']);
    await system.install(file);
    assert.equal(await system.run(['id', '-u', 'eyelid']), before);
    assert.equal(await system.run(['stat', '-c', '%U:%G %a', DATA]), 'eyelid:eyelid 750\n');
    await system.write(CONF, `http = 127.0.0.1:0\ndevice = 127.0.0.1:0\n`);
    const house = await serve(t2, system);
    assert.equal(await house.describe('porch'), null);
  });
});
