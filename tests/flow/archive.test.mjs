// Photos and clips that are kept: docs/protocol.md, section 3, against the real server and its files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { boot, run, temporaryFolder, undoAfter, waitFor } from './harness.mjs';

const send = (house, method, address, body) => house.get(address,
  { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
const post = (house, address, body) => send(house, 'POST', address, body);

async function photo(house, id = 'porch') {
  const response = await post(house, `/api/v1/cameras/${id}/photo`);
  assert.equal(response.status, 201, await response.clone().text());
  const item = await response.json();
  assert.equal(response.headers.get('location'), `/api/v1/archive/${item.id}`);
  return item;
}

const check = (house, ...args) => run('eyelid', ['archive', 'check', '--data', house.data, ...args]);

test('a photo is kept, found, changed and removed', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '640x480' });
  const item = await photo(house);
  assert.deepEqual([item.camera, item.kind, item.reason, item.starred], ['porch', 'photo', 'manual', false]);
  assert.deepEqual([item.width, item.height], [1600, 1200]); // the sensor at its full size

  const file = path.join(house.data, 'archive', item.file);
  const bytes = fs.readFileSync(file);
  assert.equal(bytes.length, item.bytes);
  const whole = await house.get(item.url);
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get('content-type'), 'image/jpeg');
  assert.equal(whole.headers.get('content-length'), String(item.bytes));
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);

  const range = async (value) => {
    const response = await house.get(item.url, { headers: { range: value } });
    return [response.status, response.headers.get('content-range'), Buffer.from(await response.arrayBuffer())];
  };
  assert.deepEqual(await range('bytes=10-19'), [206, `bytes 10-19/${item.bytes}`, bytes.subarray(10, 20)]);
  assert.deepEqual(await range('bytes=-5'), [206, `bytes ${item.bytes - 5}-${item.bytes - 1}/${item.bytes}`, bytes.subarray(-5)]);
  assert.deepEqual((await range(`bytes=${item.bytes}-`)).slice(0, 2), [416, `bytes */${item.bytes}`]);
  const same = await house.get(item.url, { headers: { 'if-none-match': whole.headers.get('etag') } });
  assert.equal(same.status, 304);

  const thumbnail = await house.get(item.thumbnail);
  assert.equal(thumbnail.status, 200);
  const small = Buffer.from(await thumbnail.arrayBuffer());
  assert.ok(small.length < item.bytes && small.readUInt16BE(0) === 0xffd8);

  const patched = await send(house, 'PATCH', `/api/v1/archive/${item.id}`, { starred: true, note: 'the cat' });
  assert.deepEqual(await patched.json(), { ...item, starred: true, note: 'the cat' });
  assert.deepEqual(await house.json(`/api/v1/archive/${item.id}`), { ...item, starred: true, note: 'the cat' });
  for (const wrong of [{ starred: 1 }, { note: 'a\nb' }, { camera: 'yard' }]) {
    assert.equal((await send(house, 'PATCH', `/api/v1/archive/${item.id}`, wrong)).status, 422);
  }
  assert.equal(await house.metric('eyelid_archive_bytes', { camera: 'porch' }), item.bytes);

  assert.equal((await house.get(`/api/v1/archive/${item.id}`, { method: 'DELETE' })).status, 204);
  assert.equal(fs.existsSync(file), false);
  for (const address of [`/api/v1/archive/${item.id}`, item.url, item.thumbnail, '/archive/99', '/api/v1/archive/x']) {
    assert.equal((await house.get(address)).status, 404, address);
  }
});

test('pages, filters and days', async (t) => {
  const house = await boot(t, { env: { TZ: 'UTC' } });
  await house.camera('porch');
  await house.camera('yard');
  const kept = [];
  for (const id of ['porch', 'yard', 'porch', 'yard', 'porch']) kept.unshift(await photo(house, id));
  const all = await house.json('/api/v1/archive');
  assert.deepEqual(all, { items: kept, next: null });
  const pages = [];
  for (let next = ''; next !== null;) {
    const page = await house.json(`/api/v1/archive?limit=2${next && `&cursor=${next}`}`);
    pages.push(...page.items);
    next = page.next;
  }
  assert.deepEqual(pages, kept);
  const ids = async (query) => (await house.json(`/api/v1/archive?${query}`)).items.map(({ id }) => id);
  assert.deepEqual(await ids('camera=yard'), kept.filter(({ camera }) => camera === 'yard').map(({ id }) => id));
  assert.deepEqual(await ids('kind=clip'), []);
  assert.deepEqual(await ids(`from=${kept[1].start}`), [kept[0].id, kept[1].id]);
  assert.deepEqual(await ids(`to=${kept[3].start}`), [kept[4].id]);
  assert.deepEqual(await house.json('/api/v1/archive/days?camera=porch'), { days: { [kept[0].start.slice(0, 10)]: 3 } });
  for (const wrong of ['limit=0', 'limit=501', 'kind=x', 'reason=x', 'from=yesterday', 'cursor=1', 'camera=A']) {
    assert.equal((await house.get(`/api/v1/archive?${wrong}`)).status, 422, wrong);
  }
});

/** What a zip file holds: {name: bytes}, as another program reads it. */
function unzip(t, bytes) {
  const folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, 'a.zip'), bytes);
  const script = 'import sys, zipfile; z = zipfile.ZipFile("a.zip"); sys.exit(str(z.testzip())) if z.testzip() else z.extractall("out")';
  const { status, stderr } = spawnSync('python3', ['-c', script], { cwd: folder });
  assert.equal(status, 0, String(stderr));
  const names = fs.readdirSync(path.join(folder, 'out'), { recursive: true });
  return Object.fromEntries(names.map((name) => [name, path.join(folder, 'out', name)])
    .filter(([, file]) => fs.statSync(file).isFile()).map(([name, file]) => [name, fs.readFileSync(file)]));
}

test('pages hear of what is kept, changed and removed', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const page = await house.page();
  const item = await photo(house);
  assert.deepEqual(await page.json('archive'), { type: 'archive', change: 'added', item });
  await send(house, 'PATCH', `/api/v1/archive/${item.id}`, { starred: true });
  assert.deepEqual(await page.json('archive'), { type: 'archive', change: 'changed', item: { ...item, starred: true } });
  await house.get(`/api/v1/archive/${item.id}`, { method: 'DELETE' });
  assert.deepEqual(await page.json('archive'), { type: 'archive', change: 'removed', item: { ...item, starred: true } });
});

test('a selection is one zip file', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await house.camera('yard');
  const items = [];
  for (const id of ['porch', 'yard', 'porch']) items.push(await photo(house, id));
  const response = await house.get(`/api/v1/archive/export?ids=${items[2].id},999,${items[1].id}`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/zip');
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(bytes.length, Number(response.headers.get('content-length')));
  const files = unzip(t, bytes);
  assert.deepEqual(Object.keys(files).sort(), [items[1].file, items[2].file].sort());
  for (const [name, content] of Object.entries(files)) {
    assert.deepEqual(content, fs.readFileSync(path.join(house.data, 'archive', name)));
  }
  assert.equal((await house.get('/api/v1/archive/export?ids=999')).status, 404);
  for (const wrong of ['', '?ids=', '?ids=1,', '?ids=a', '?ids=-1', `?ids=${Array(1001).fill('1').join(',')}`]) {
    assert.equal((await house.get(`/api/v1/archive/export${wrong}`)).status, 422, wrong);
  }
});

/** The status of a path as it is, which fetch() would tidy up first. */
const rawStatus = (house, target) => new Promise((resolve, reject) => {
  http.get({ ...new URL(house.url), host: new URL(house.url).hostname, port: new URL(house.url).port, path: target },
    (response) => { response.resume(); resolve(response.statusCode); }).on('error', reject);
});

test('files by their place, as a web server would serve the folder', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const [first, second] = [await photo(house), await photo(house)];
  const at = (item) => path.join(house.data, 'archive', item.file);
  const bytes = fs.readFileSync(at(first));
  const plain = await house.get(`/files/${first.file}`);
  assert.deepEqual([plain.status, plain.headers.get('content-type')], [200, 'image/jpeg']);
  assert.deepEqual(Buffer.from(await plain.arrayBuffer()), bytes);
  const [etag, date] = ['etag', 'last-modified'].map((name) => plain.headers.get(name));
  assert.equal(Date.parse(date), Math.floor(Date.parse(first.start) / 1000) * 1000);

  const LATEST = '/files/porch/latest.jpg';
  const latest = async (headers = {}) => {
    const response = await house.get(LATEST, { headers });
    return [response.status, Buffer.from(await response.arrayBuffer()).length, response.headers.get('etag')];
  };
  const [status, length, newest] = await latest();
  assert.deepEqual([status, length], [200, second.bytes]);
  assert.equal((await latest({ 'if-none-match': newest }))[0], 304);
  assert.equal((await latest({ 'if-none-match': etag }))[0], 200);
  assert.equal((await house.get(`/files/${first.file}`, { headers: { 'if-modified-since': date } })).status, 304);
  assert.deepEqual((await latest({ range: 'bytes=0-9', 'if-range': newest })).slice(0, 2), [206, 10]);
  assert.deepEqual((await latest({ range: 'bytes=0-9', 'if-range': etag })).slice(0, 2), [200, second.bytes], 'another photo');

  // The folder's link does not keep what is removed.
  const link = path.join(house.data, 'archive/porch/latest.jpg');
  assert.equal((await house.get(`/api/v1/archive/${second.id}`, { method: 'DELETE' })).status, 204);
  assert.deepEqual((await latest()).slice(1), [first.bytes, etag]);
  assert.equal(fs.statSync(link).ino, fs.statSync(at(first)).ino);
  assert.equal((await house.get(`/api/v1/archive/${first.id}`, { method: 'DELETE' })).status, 204);
  assert.equal((await latest())[0], 404);
  assert.equal(fs.existsSync(link), false);
});

test('no path leads out of the archive, or to what is not an item', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const items = [await photo(house), await photo(house), await photo(house)];
  const folder = path.join(house.data, 'archive');
  const outside = path.join(house.data, 'secret.jpg');
  fs.writeFileSync(outside, 'secret');
  const day = path.dirname(items[0].file);
  for (const target of ['', '/', 'porch', 'porch/', day, `${day}/`, 'meta', 'porch/meta', `${day}/.thumbnails/${path.basename(items[0].file)}`,
    `${day}/../../../../latest.jpg`, 'porch/../../eyelid.db', 'porch/%2e%2e/%2e%2e/eyelid.db', 'porch/..%2f..%2feyelid.db', '%2e%2e/eyelid.db',
    '..%2feyelid.db', `/${outside}`, `porch/${outside}`, `porch//${items[0].file.slice(6)}`, `${items[0].file}%00.jpg`, `${items[0].file}/`,
    `porch/./${items[0].file.slice(6)}`, 'porch/..\\..\\eyelid.db', `porch/${'a'.repeat(5000)}`, 'none/latest.jpg', '/latest.jpg',
    `${'a'.repeat(40)}/latest.jpg`, `${items[0].file}%`]) {
    const status = await rawStatus(house, `/files/${target}`);
    assert.ok(status === 404 || status === 400, `${target}: ${status}`);
  }
  // Not even where the folder itself points elsewhere.
  const [file, pipe, moved] = items.map((item) => path.join(folder, item.file));
  fs.rmSync(file);
  fs.symlinkSync(outside, file);
  fs.rmSync(pipe);
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  for (const item of items.slice(0, 2)) {
    for (const address of [`/files/${item.file}`, item.url]) assert.equal((await house.get(address)).status, 404, address);
    assert.equal((await house.get(`/api/v1/archive/export?ids=${item.id}`).then((r) => r.arrayBuffer()).catch(() => 'broken')), 'broken');
  }
  assert.equal((await house.get(`/files/${items[2].file}`)).status, 200);
  fs.renameSync(path.dirname(moved), path.join(house.data, 'elsewhere'));
  fs.symlinkSync(path.join(house.data, 'elsewhere'), path.dirname(moved));
  assert.equal((await house.get(`/files/${items[2].file}`)).status, 404);
});

/** A request whose answer nobody reads. */
function unread(t, house, address) {
  const { hostname, port } = new URL(house.url);
  const socket = net.connect(port, hostname);
  undoAfter(t, () => socket.destroy());
  socket.on('error', () => {});
  socket.pause();
  socket.write(`GET ${address} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
}

test('exports that nobody reads cost little memory, and it is counted', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { id } = await photo(house);
  const EXPORTS = 8, ENTRIES_BYTES = 80e3, BLOCK_BYTES = 128 * 1024;
  const pinned = () => house.metric('eyelid_connections_pinned_bytes');
  for (let n = 0; n < EXPORTS; n++) unread(t, house, `/api/v1/archive/export?ids=${Array(1000).fill(id).join(',')}`);
  await waitFor('all are stalled', async () => await house.metric('eyelid_connections_choked') === EXPORTS, 20000);
  assert.ok(await pinned() >= EXPORTS * ENTRIES_BYTES, `${await pinned()} bytes`);
  assert.ok(await pinned() <= EXPORTS * (1.2 * ENTRIES_BYTES + BLOCK_BYTES), `${await pinned()} bytes`);
});

test('what the archive takes, what limits it, and what goes next', async (t) => {
  const house = await boot(t, { env: { EYELID_ARCHIVE_MAX_DAYS: '30' } });
  await house.camera('porch');
  await house.camera('yard');
  const empty = await house.json('/api/v1/archive/storage');
  assert.deepEqual([empty.cameras, empty.next, empty.recent], [[], null, { bytes: 0, span_s: 3600 }]);
  assert.deepEqual(empty.limits, { age_s: 30 * 86400, bytes: null, min_free_bytes: null });
  const first = await photo(house);
  const others = [await photo(house), await photo(house, 'yard')];
  const storage = await house.json('/api/v1/archive/storage');
  const [porchBytes, yardBytes] = [first.bytes + others[0].bytes, others[1].bytes];
  assert.deepEqual(storage.cameras, [
    { camera: 'porch', items: 2, bytes: porchBytes, quota_bytes: null, recent_bytes: porchBytes, oldest: first.start },
    { camera: 'yard', items: 1, bytes: yardBytes, quota_bytes: null, recent_bytes: yardBytes, oldest: others[1].start }]);
  assert.equal(storage.recent.span_s, 3600, 'not a week: the archive is young');
  assert.equal(storage.recent.bytes, first.bytes + others[0].bytes + others[1].bytes);
  assert.ok(storage.free_bytes > 0 && storage.free_bytes <= storage.total_bytes);
  assert.deepEqual(storage.next.item, first);
  assert.equal(Date.parse(storage.next.due), Date.parse(first.start) + 30 * 86400000);
  await send(house, 'PATCH', `/api/v1/archive/${first.id}`, { starred: true });
  assert.deepEqual((await house.json('/api/v1/archive/storage')).next.item, others[0]); // a star keeps it
});

test('a camera keeps within its quota, also after a restart', async (t) => {
  const house = await boot(t);
  for (const id of ['porch', 'yard']) await house.camera(id);
  const items = [];
  for (let n = 0; n < 40; n++) items.push(await photo(house)); // more than are removed at once
  const yard = await photo(house, 'yard');
  await send(house, 'PATCH', `/api/v1/archive/${items[0].id}`, { starred: true });
  const patch = (cameras) => send(house, 'PATCH', '/api/v1/archive/quotas', { cameras });
  const porch = async () => (await house.json('/api/v1/archive?camera=porch')).items.map(({ id }) => id);
  for (const wrong of [{ porch: 1 }, { porch: 'all' }, { porch: -1e9 }, { '../x': 1e9 }, null]) assert.equal((await patch(wrong)).status, 422);
  assert.equal((await patch({ porch: 1e6, yard: 5e9 })).status, 204);
  const within = () => waitFor('it is within its quota', async () => {
    const { cameras } = await house.json('/api/v1/archive/storage');
    return cameras[0].bytes <= 1e6 && cameras[0].quota_bytes === 1e6 && cameras;
  });
  const [, other] = await within();
  assert.deepEqual([other.bytes, other.quota_bytes, other.oldest], [yard.bytes, 5e9, yard.start]);
  const left = await porch();
  assert.ok(left.length > 1 && left.at(-1) === items[0].id, 'the star stays, and the newest');
  assert.deepEqual(left.slice(0, -1), items.slice(1 - left.length).reverse().map(({ id }) => id));
  assert.equal((await patch({ yard: null })).status, 204);
  assert.deepEqual(await house.json('/api/v1/archive/quotas'), { cameras: { porch: 1e6 } });
  await house.server.stop();
  await house.start();
  await house.state('porch', 'asleep', 20000);
  for (let n = 0; n < 3; n++) await photo(house);
  await within();
});

test('a photo that is not stored is the answer', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const response = await post(house, '/api/v1/cameras/porch/photo', { keep: false });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'image/jpeg');
  assert.deepEqual(await house.json('/api/v1/archive'), { items: [], next: null });
  assert.equal((await post(house, '/api/v1/cameras/none/photo')).status, 404);
});

const CRASHES = +(process.env.CRASHES ?? 5); // script/soak has more of them

test('acknowledged changes survive kill -9, repeatedly, and what was recorded plays', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const always = await house.get('/api/v1/cameras/porch/record', { method: 'PUT',
    headers: { 'content-type': 'application/json' }, body: '{"continuous":true}' });
  assert.equal(always.status, 204);
  const kept = new Map();
  for (let round = 0; round < CRASHES; round++) {
    let ends = false;
    const work = async (removes) => {
      while (!ends) {
        try {
          const item = await photo(house);
          kept.set(item.id, item);
          if (removes) {
            kept.delete(item.id); // from here on it may be either
            await house.get(`/api/v1/archive/${item.id}`, { method: 'DELETE' });
          }
        } catch { /* the server is gone */ }
      }
    };
    const workers = [work(false), work(true)];
    await waitFor('it records', async () => (await house.json('/api/v1/cameras/porch/record')).recording, 30000);
    for (let n = kept.size + 3; kept.size < n;) await photo(house).then((item) => kept.set(item.id, item));
    house.server.mayFail = true;
    await house.server.stop('SIGKILL');
    ends = true;
    await Promise.all(workers);
    const repaired = await check(house, '--repair');
    assert.equal(repaired.code, 0, repaired.output);
    const clean = await check(house);
    assert.equal(clean.code, 0, clean.output);
    await house.start();
    const last = round === CRASHES - 1;
    for (const item of last ? kept.values() : [...kept.values()].slice(-30)) {
      assert.deepEqual(await house.json(`/api/v1/archive/${item.id}`), item);
      assert.equal(fs.statSync(path.join(house.data, 'archive', item.file)).size, item.bytes);
    }
    for (const clip of (await clips(house)).slice(0, last ? undefined : 2)) probe(path.join(house.data, 'archive', clip.file));
    await waitFor('the camera is back', async () => (await house.describe('porch')).state !== 'offline', 20000);
  }
});

const clips = async (house) => (await house.json('/api/v1/archive?kind=clip')).items;

/** The pictures of a file as ffprobe sees them: {frames, keys, seconds}; it complains of nothing. */
function probe(file) {
  const { status, stdout, stderr } = spawnSync('ffprobe', ['-v', 'warning', '-of', 'json', '-show_entries',
    'packet=pts_time,duration_time,flags', '-select_streams', 'v', file]);
  assert.deepEqual([status, String(stderr)], [0, '']);
  const packets = JSON.parse(stdout).packets;
  const last = packets.at(-1);
  return {
    frames: packets.length,
    keys: packets.filter(({ flags }) => flags.includes('K')).length,
    seconds: Number(last.pts_time) + Number(last.duration_time),
  };
}

test('a recording becomes a clip that plays and seeks', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 20 });
  assert.equal((await post(house, '/api/v1/cameras/porch/record', { seconds: 0 })).status, 422);
  assert.equal((await house.get('/api/v1/cameras/porch/record', { method: 'DELETE' })).status, 404);
  assert.equal((await post(house, '/api/v1/cameras/porch/record', { seconds: 600 })).status, 202);
  await waitFor('it records', () => house.metric('eyelid_recorded_bytes_total').then((n) => n > 100000), 20000);
  assert.equal(await house.metric('eyelid_recording', { camera: 'porch' }), 1);
  assert.equal((await house.describe('porch')).why[0].reason, 'record');
  assert.deepEqual(await clips(house), []); // not yet one

  assert.equal((await house.get('/api/v1/cameras/porch/record', { method: 'DELETE' })).status, 204);
  const [clip] = await waitFor('the clip is there', async () => { const all = await clips(house); return all.length && all; });
  await house.state('porch', 'asleep', 20000);
  assert.equal(await house.metric('eyelid_recording', { camera: 'porch' }), 0);
  const file = path.join(house.data, 'archive', clip.file);
  assert.equal(fs.statSync(file).size, clip.bytes);
  assert.deepEqual([clip.width, clip.height, clip.reason], [320, 240, 'manual']);
  const { frames, keys, seconds } = probe(file);
  assert.ok(frames > 20 && keys >= 1, `${frames} frames, ${keys} keys`);
  const lasted = (Date.parse(clip.end) - Date.parse(clip.start)) / 1000;
  assert.ok(Math.abs(seconds - lasted) < 0.01, `${seconds} s, not ${lasted} s`);
  const type = Buffer.from(await (await house.get(clip.url, { headers: { range: 'bytes=4-7' } })).arrayBuffer());
  assert.equal(String(type), 'ftyp');
  assert.equal((await check(house)).code, 2); // the server has it open
  await house.server.stop();
  assert.equal((await check(house)).code, 0);
});

test('a camera that is recorded continuously is so after a restart and when it comes back', async (t) => {
  const house = await boot(t);
  let camera = await house.camera('porch', { fps: 20 });
  const put = (continuous) => send(house, 'PUT', '/api/v1/cameras/porch/record', { continuous });
  const state = () => house.json('/api/v1/cameras/porch/record');
  const records = (more = 30000) => house.metric('eyelid_recorded_bytes_total').then((before) =>
    waitFor('it records', () => house.metric('eyelid_recorded_bytes_total').then((n) => n > before + more), 30000));
  assert.deepEqual(await state(), { recording: false, continuous: false, error: null });
  assert.equal((await put('yes')).status, 422);
  assert.equal((await put(true)).status, 204);
  await records();
  assert.deepEqual(await state(), { recording: true, continuous: true, error: null });
  assert.equal((await house.get('/api/v1/cameras/porch/record', { method: 'DELETE' })).status, 404, 'none by hand');
  house.server.mayFail = true;
  await house.server.stop('SIGKILL');
  await house.start();
  await records();
  await camera.stop();
  await house.state('porch', 'offline', 10000);
  camera = await house.camera('porch', { fps: 20 });
  await records();
  assert.equal((await put(false)).status, 204);
  await waitFor('it ends', async () => !(await state()).recording);
  const reasons = async () => (await house.json('/api/v1/archive')).items.map(({ kind, reason }) => `${kind} ${reason}`);
  await waitFor('its clips', async () => (await reasons()).length >= 2);
  assert.deepEqual([...new Set(await reasons())], ['clip continuous']);
  await house.server.stop();
  await house.start();
  assert.equal((await state()).continuous, false);
});

test('a recording interrupted by kill -9 plays', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 20 });
  for (let round = 1; round <= 3; round++) {
    const before = await house.metric('eyelid_recorded_bytes_total');
    assert.equal((await post(house, '/api/v1/cameras/porch/record', { seconds: 600 })).status, 202);
    await waitFor('it records', () => house.metric('eyelid_recorded_bytes_total').then((n) => n > before + 60000), 20000);
    house.server.mayFail = true;
    await house.server.stop('SIGKILL');
    const found = await check(house);
    assert.equal(found.code, 1, found.output);
    assert.match(found.stdout, /clip was cut off/);
    await house.start(); // puts it in order by itself
    const all = await waitFor('the clip is taken in', async () => {
      const items = await clips(house);
      return items.length === round && items;
    }, 10000);
    assert.ok(probe(path.join(house.data, 'archive', all[0].file)).frames > 5);
    await waitFor('the camera is there', async () => (await house.describe('porch'))?.state === 'asleep', 20000);
  }
});

test('a recording that runs when the server ends is whole', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 20 });
  assert.equal((await post(house, '/api/v1/cameras/porch/record', { seconds: 600 })).status, 202);
  await waitFor('it records', () => house.metric('eyelid_recorded_bytes_total').then((n) => n > 60000), 20000);
  const end = await house.server.stop();
  assert.equal(end.code, 0, house.server.output);
  const clean = await check(house);
  assert.equal(clean.code, 0, clean.output);
  assert.match(clean.stdout, /^1 items in order, 0 findings/m);
});
