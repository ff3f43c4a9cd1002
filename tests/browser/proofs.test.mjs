// What holds on every page: room for pictures, large enough targets, zoom, the keyboard, the
// service worker.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { Program, boot, freePort, temporaryFolder, undoAfter, waitFor } from '../flow/harness.mjs';
import { open, openSheet, seen } from './look.mjs';

test('chromium: ten cameras fill a large window', async (t) => {
  const house = await boot(t);
  for (let n = 1; n <= 10; n++) await house.camera(`cam-${n}`, { size: '320x240', fps: 5 });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await page.setViewportSize({ width: 2560, height: 1440 });
  await goto(`${house.url}/`);
  for (let n = 1; n <= 10; n++) await seen(browser, `cam-${n}`, 'live');
  const covered = await browser.evaluate(() => [...document.querySelectorAll('.tile eyelid-player')].reduce((sum, player) => {
    const { width, height } = player.getBoundingClientRect();
    return sum + Math.min(width, (height * 4) / 3) * Math.min(height, (width * 3) / 4);
  }, 0));
  const share = covered / (2560 * 1440);
  assert.ok(share >= 0.85, `pictures cover ${(100 * share).toFixed(1)} % of the window`);
});

const PLACES = ['#/', '#/camera/porch', '#/archive', '#/schedules', '#/system', '#/nothing'];

/** Goes through the places and, at the camera, through its tabs: calls check with the name of each. */
async function tour({ page, goto, ...browser }, house, check) {
  for (const place of PLACES) {
    await goto(`${house.url}/healthz`);
    await goto(`${house.url}/${place}`);
    if (place === '#/' || place === '#/camera/porch') await seen(browser, 'porch', 'live');
    else await page.locator('h1').waitFor();
    if (place !== '#/camera/porch') {
      await check(place);
      continue;
    }
    for (const tab of ['settings', 'motion', 'device', 'share']) {
      await openSheet(browser, tab);
      await check(`${place}, ${tab}`);
    }
  }
  await goto(`${house.url}/#/system`);
  await page.locator('[data-action=add-camera]').click();
  await page.getByRole('dialog').waitFor();
  await check('the form for a network camera');
}

/** Runs in the page: controls that a finger may miss. A label counts for its input; links in a text are exempt. */
function small() {
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const whole = (element) => element.closest('label, .tile'); // a tile's link covers all of it
  const area = (element) => {
    const hit = element.closest(element.matches('input') ? 'label' : '.card-link') ? whole(element) : element;
    return hit.getBoundingClientRect();
  };
  return [...document.querySelectorAll('a[href], button, input, select, summary, [role=switch]')]
    .filter((element) => shown(element) && !element.closest('p, .unseen, [inert]') && element.type !== 'hidden')
    .filter((element) => !document.querySelector('dialog[open]') || element.closest('dialog'))
    .map((element) => [element, area(element)])
    .filter(([, { width, height }]) => width > 0 && (width < 43.5 || height < 43.5))
    .map(([element, { width, height }]) => `${element.outerHTML.slice(0, 120)}: ${Math.round(width)}x${Math.round(height)}`);
}

test('chromium: on a phone every control is at least 44 px large', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const browser = await open(t, 'chromium');
  await browser.page.setViewportSize({ width: 390, height: 844 });
  await tour(browser, house, async (place) => assert.deepEqual(await browser.evaluate(small), [], place));
});

test('chromium: at 200 % nothing is cut off or scrolls sideways', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const browser = await open(t, 'chromium');
  for (const [width, height] of [[683, 384], [320, 568]]) { // half of a laptop, and the narrowest phone
    await browser.page.setViewportSize({ width, height });
    await tour(browser, house, async (place) => {
      const wide = await browser.evaluate(() => [...document.querySelectorAll('html, .main, .sheet, dialog[open]')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${element.className || element.tagName} ${element.scrollWidth} > ${element.clientWidth}`));
      assert.deepEqual(wide, [], `${place} at ${width}x${height}`);
    });
  }
});

test('chromium: from the wall to a photo, a name and a new camera by keyboard alone', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  const tabTo = async (selector) => {
    for (let n = 0; n < 60; n++) {
      if (await browser.evaluate((s) => document.activeElement.matches(s), selector)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never comes to ${selector}`);
  };
  await goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await tabTo('[data-camera=porch] .card-link');
  await page.keyboard.press('Enter');
  await seen(browser, 'porch', 'live');
  await tabTo('[data-action=capture]');
  await page.keyboard.press('Space');
  await page.locator('img[data-thumb]').waitFor();
  await openSheet(browser, 'settings');
  await tabTo('#camera-name');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Front door');
  await page.keyboard.press('Enter');
  await waitFor('it is renamed', async () => (await house.describe('porch')).name === 'Front door');
  await tabTo('a[href="#/system"]');
  await page.keyboard.press('Enter');
  await page.locator('[data-row=porch]').waitFor();
  await tabTo('[data-action=add-camera]');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.locator(':focus').getAttribute('name'), 'url');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'add-camera');
  await tabTo('[data-row=porch] [data-action=remove-camera]');
  await page.keyboard.press('Enter');
  await tabTo('[data-action=remove]');
  await page.keyboard.press('Enter');
  await page.locator('[data-row=porch]').waitFor({ state: 'detached' });
});

/** Between browser and server: the next version of the page, on demand. */
async function proxy(t, house) {
  const self = { version: '' };
  const server = http.createServer((request, response) => {
    const headers = { ...request.headers, 'accept-encoding': 'gzip', 'if-none-match': '' };
    const onward = http.request(house.url + request.url, { method: request.method, headers }, async (answer) => {
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      let body = Buffer.concat(chunks);
      const head = { ...answer.headers };
      if (self.version && /^\/(sw\.js)?$/.test(request.url)) {
        const { gunzipSync } = await import('node:zlib');
        const text = gunzipSync(body).toString();
        body = Buffer.from(request.url === '/' ? text.replace('<html', `<html data-version="${self.version}"`)
          : text.replace(/shell-\w+/, `shell-${self.version}`));
        delete head['content-encoding'];
        delete head.etag;
      }
      head['content-length'] = body.length;
      response.writeHead(answer.statusCode, head).end(body);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.closeAllConnections(); return new Promise((resolve) => server.close(resolve)); });
  self.url = `http://127.0.0.1:${server.address().port}`;
  return self;
}

test('chromium: the page opens without its server and says so; a new version is there at the next visit', async (t) => {
  const house = await boot(t);
  const between = await proxy(t, house);
  const { page, goto, ...browser } = await open(t, 'chromium');
  const kept = () => browser.evaluate(() => caches.keys());
  await goto(`${between.url}/`);
  await waitFor('the shell is kept', () => browser.evaluate(async () => {
    const [name] = await caches.keys();
    return navigator.serviceWorker.controller && name && (await (await caches.open(name)).keys()).length > 5;
  }), 15000);
  const [first] = await kept();
  await house.server.stop();
  await page.reload();
  await page.getByText('does not answer').waitFor();
  await house.start();
  await goto(`${between.url}/`);
  await page.locator('.welcome, [data-testid=loading]').first().waitFor();

  between.version = 'next';
  await page.reload();
  assert.equal(await browser.evaluate(() => document.documentElement.dataset.version), 'next', 'at once');
  await waitFor('the old shell is gone', async () => JSON.stringify(await kept()) === '["shell-next"]', 15000);
  assert.notEqual(first, 'shell-next');
});

test('chromium: below a path of a proxy the page, pictures and clips are found', async (t) => {
  const house = await boot(t), port = await freePort(), folder = temporaryFolder(t);
  await house.camera('porch');
  fs.writeFileSync(path.join(folder, 'config'), `
    daemon off; pid pid; worker_processes 1; ${process.getuid() === 0 ? 'user root;' : ''}
    events {}
    http {
      access_log off;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
      server {
        listen 127.0.0.1:${port};
        location /eyelid/ {
          proxy_pass http://${house.http}/; proxy_http_version 1.1; proxy_buffering off; proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
        }
      }
    }`);
  const nginx = new Program('nginx', ['-p', folder, '-c', 'config', '-e', 'stderr'], {}, { command: ['nginx'] });
  undoAfter(t, () => nginx.stop());
  const top = `http://127.0.0.1:${port}/eyelid/`;
  await waitFor('nginx', () => fetch(`${top}healthz`).then((answer) => answer.ok, () => false));
  const { page, goto, ...browser } = await open(t, 'chromium'), missing = [];
  page.on('response', (response) => { if (response.status() >= 400) missing.push(`${response.status()} ${response.url()}`); });
  await goto(`${top}#/camera/porch`);
  await seen(browser, 'porch', 'live');
  const kept = await house.get('/api/v1/cameras/porch/photo', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  assert.equal(kept.status, 201);
  for (const place of ['archive', 'schedules', 'films', 'system']) {
    await goto(`${top}#/${place}`);
    await page.locator('h1').waitFor();
  }
  await goto(`${top}#/archive`);
  await page.locator('[data-item]').click();
  await waitFor('the photo', () => browser.evaluate(() => document.querySelector('img[data-kept]')?.naturalWidth === 1600));
  const list = await (await fetch(`${top}hls/porch/index.m3u8`)).text();
  const init = /EXT-X-MAP:URI="([^"]+)"/.exec(list)[1];
  assert.equal((await fetch(new URL(init, `${top}hls/porch/`))).status, 200);
  assert.deepEqual(missing, []);
});
