// Faults that the page once had, and what it must stay good at: room for the picture, focus, calm and true words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, sleep, waitFor } from '../flow/harness.mjs';
import { cardState, open, openSheet, seen } from './look.mjs';

const SIZES = [[320, 568], [390, 844], [844, 390], [1366, 768], [2560, 1440]];

/** Runs in the page: the part of what the window allows for this ratio that the picture covers. */
function share(ratio) {
  const { width, height } = document.querySelector('eyelid-player').getBoundingClientRect();
  const covered = Math.min(width, height * ratio) * Math.min(height, width / ratio);
  return covered / (Math.min(innerWidth, innerHeight * ratio) * Math.min(innerHeight, innerWidth / ratio));
}

test('chromium: one camera has the room that its ratio allows, on the wall and alone', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '320x240' });
  const { page, goto, ...browser } = await open(t, 'chromium');
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    const least = height < width && height < 400 ? 0.95 : 0.9;
    for (const hash of ['#/', '#/camera/porch']) {
      await goto(`${house.url}/healthz`);
      await goto(`${house.url}/${hash}`);
      await seen(browser, 'porch', 'live');
      const found = await browser.evaluate(share, 4 / 3);
      assert.ok(found >= least, `${hash} at ${width}x${height}: ${found.toFixed(3)} of the room`);
    }
  }
});

test('chromium: a phone opens a camera at its top, and nothing shines through the picture', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await page.setViewportSize({ width: 390, height: 844 });
  await goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  const top = () => browser.evaluate(() => document.querySelector('.stage').getBoundingClientRect().top);
  assert.equal(await top(), 0);
  await openSheet(browser, 'device');
  const meet = await browser.evaluate(() => {
    const sheet = document.querySelector('.sheet');
    sheet.scrollTop = sheet.scrollHeight;
    const { bottom } = document.querySelector('.stage').getBoundingClientRect();
    const below = document.elementFromPoint(195, bottom - 5).closest('.sheet');
    const strip = document.querySelector('.strip').getBoundingClientRect();
    return { below: below !== null, strip: strip.top - bottom, top: sheet.getBoundingClientRect().top - strip.bottom };
  });
  assert.deepEqual(meet, { below: false, strip: 0, top: 0 });
  assert.equal(await top(), 0);
});

test('chromium: a name that is not to be changed after all can be left', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/porch`);
  await openSheet(browser);
  const name = page.getByLabel('Name');
  await name.fill('Wrong');
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await name.inputValue(), 'porch');
  assert.equal(await browser.evaluate(() => document.activeElement.id), 'camera-name', 'the focus is in the field');
  await name.fill('Front porch');
  await page.keyboard.press('Enter');
  await waitFor('the name', async () => (await house.describe('porch')).name === 'Front porch');
  await page.getByRole('heading', { name: 'Front porch' }).waitFor();
  assert.equal(await browser.evaluate(() => document.activeElement.id), 'camera-name');
});

test('chromium: a paused wall shows its last pictures and their age', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await page.locator('[data-action=pause]').click();
  await seen(browser, 'porch', 'paused');
  assert.match(await page.locator('[data-camera=porch] .veil-age').innerText(), /^\d+ s ago$/);
  const brightness = await browser.evaluate(() => {
    const canvas = new OffscreenCanvas(8, 8);
    const context = canvas.getContext('2d');
    context.drawImage(document.querySelector('eyelid-player :is(video, canvas)'), 0, 0, 8, 8);
    return context.getImageData(0, 0, 8, 8).data.reduce((sum, value) => sum + value, 0) / 256;
  });
  assert.ok(brightness > 60, 'the picture is still there');
  await page.locator('[data-action=pause]').click();
  await seen(browser, 'porch', 'live');
});

test('chromium: a camera that never answers is announced once, and the text stays', async (t) => {
  const house = await boot(t, { env: { EYELID_START_TIMEOUT_S: '1' } });
  const socket = await house.socket(`${house.deviceUrl}/desk`, ['eyelid.device.v1']);
  socket.send({ type: 'hello', id: 'desk', name: 'Desk' });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await page.setViewportSize({ width: 390, height: 844 });
  await goto(`${house.url}/`);
  await seen(browser, 'desk', 'silent');
  await browser.evaluate(() => {
    globalThis.words = new Set();
    const note = () => globalThis.words.add(document.querySelector('[data-camera=desk] .status').innerText);
    note();
    new MutationObserver(note).observe(document.querySelector('[data-camera=desk]'),
      { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await sleep(6000); // several tries
  const words = await browser.evaluate(() => [...globalThis.words]);
  assert.equal(words.length, 1, words.join(' / '));
  assert.match(words[0].replace(/\s+/g, ' '), /^Not answering since \d+:\d+( [AP]M)? · retrying$/);
  const cut = await browser.evaluate(() => {
    const error = document.querySelector('.card-error');
    return error.scrollWidth > error.clientWidth || error.scrollHeight > error.clientHeight + 1;
  });
  assert.equal(cut, false, 'the reason can be read whole');
});

test('chromium: a frozen server is named within 3 s, and no camera is blamed', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await sleep(1500); // past the quick pings of the start
  await browser.evaluate(() => {
    globalThis.states = [];
    const tile = document.querySelector('[data-camera=porch]');
    new MutationObserver(() => globalThis.states.push(tile.dataset.state)).observe(tile, { attributes: true });
    new MutationObserver(() => {
      if (document.querySelector('[data-connection=silent]')) globalThis.silentAt ??= performance.now();
    }).observe(document.body, { subtree: true, attributes: true, childList: true });
  });
  const frozenAt = await browser.evaluate(() => performance.now());
  house.server.child.kill('SIGSTOP');
  try {
    await waitFor('the page names the server', () => browser.evaluate(() => globalThis.silentAt !== undefined));
  } finally {
    house.server.child.kill('SIGCONT');
  }
  const { silentAt, states } = await browser.evaluate(() => ({ silentAt: globalThis.silentAt, states: globalThis.states }));
  t.diagnostic(`named after ${Math.round(silentAt - frozenAt)} ms`);
  assert.ok(silentAt - frozenAt < 3000 * Number(process.env.TIME_SCALE ?? 1), `after ${silentAt - frozenAt} ms`);
  assert.ok(!states.includes('silent'), states.join());
  await seen(browser, 'porch', 'live');
});

test('chromium: nothing moves when the server is lost, and it is shown at once', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await house.camera('yard');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await page.setViewportSize({ width: 390, height: 844 });
  await goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await seen(browser, 'yard', 'live');
  await browser.evaluate(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await house.server.stop();
  await page.locator('[data-connection=waiting]').waitFor();
  assert.equal(await cardState(browser, 'porch'), 'reconnecting');
  assert.equal(await page.locator('p:visible', { hasText: 'No connection to the server' }).count(), 1, 'it is said in one place');
  await sleep(300);
  assert.ok((await browser.evaluate(() => globalThis.shift)) <= 0.02);
  await house.start();
  await seen(browser, 'porch', 'live', 30000);
});

test('chromium: back on the wall, focus and scroll position are where they were', async (t) => {
  const house = await boot(t);
  for (let n = 0; n < 6; n++) await house.camera(`cam-${n}`, { fps: 5 });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await page.setViewportSize({ width: 390, height: 500 });
  await goto(`${house.url}/`);
  await page.locator('[data-camera=cam-5] .card-link').waitFor({ state: 'attached' });
  const scrolled = await browser.evaluate(() => {
    const main = document.querySelector('main');
    main.scrollTop = 150;
    return main.scrollTop;
  });
  await page.locator('[data-camera=cam-5] .card-link').focus();
  const at = await browser.evaluate(() => document.querySelector('main').scrollTop);
  assert.ok(at >= scrolled);
  await page.keyboard.press('Enter');
  await page.locator('.stage').waitFor();
  await page.goBack();
  await page.locator('[data-testid=grid]').waitFor();
  await waitFor('the focus is on its tile', () => browser.evaluate(
    () => document.activeElement.getAttribute('href') === '#/camera/cam-5'));
  assert.equal(await browser.evaluate(() => document.querySelector('main').scrollTop), at);
});

test('chromium: one camera by keys alone', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await house.camera('yard');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  await page.keyboard.press('s');
  await page.locator('[data-thumb]').waitFor();
  await page.keyboard.press('ArrowRight');
  await seen(browser, 'yard', 'live');
  await page.keyboard.press('ArrowLeft');
  await seen(browser, 'porch', 'live');
  await page.keyboard.press(' ');
  await seen(browser, 'porch', 'paused');
  await page.keyboard.press(' ');
  await seen(browser, 'porch', 'live');
  await page.keyboard.press('+');
  await page.locator('.stage[data-zoomed]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.stage:not([data-zoomed])').waitFor();
  await page.keyboard.press('f');
  await waitFor('full screen', () => browser.evaluate(() => document.fullscreenElement?.matches('.camera')));
  await page.keyboard.press('f');
  await waitFor('no full screen', () => browser.evaluate(() => document.fullscreenElement === null));
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.locator('[data-testid=grid]').waitFor();
});
