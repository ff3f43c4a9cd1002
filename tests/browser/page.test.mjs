// The page in real browsers: waking by looking, sleeping after leaving, true status, capture, reconnecting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, sleep, waitFor } from '../flow/harness.mjs';
import { cardState, frames, open, openSheet, seen } from './look.mjs';

for (const name of ['chromium', 'firefox']) {
  test(`${name}: looking wakes every camera, leaving lets them sleep`, async (t) => {
    const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
    await house.camera('porch');
    await house.camera('yard');
    await house.state('porch', 'asleep');
    const browser = await open(t, name);
    await browser.goto(`${house.url}/`);
    await seen(browser, 'porch', 'live');
    await seen(browser, 'yard', 'live');
    await waitFor('frames are decoded', async () => (await frames(browser, 'porch')) > 10);
    const porch = await house.state('porch', 'awake');
    assert.equal(porch.why[0].reason, 'viewer');
    await browser.goto(`${house.url}/healthz`);
    await house.state('porch', 'asleep');
    await house.state('yard', 'asleep');
  });

  test(`${name}: the page finds the server again after a restart`, async (t) => {
    const house = await boot(t);
    await house.camera('porch');
    const browser = await open(t, name);
    await browser.goto(`${house.url}/`);
    await seen(browser, 'porch', 'live');
    await house.server.stop();
    await waitFor('the page says that it waits', () => browser.evaluate(
      () => document.querySelector('[data-connection=waiting]') !== null), 10000);
    assert.equal(await cardState(browser, 'porch'), 'reconnecting');
    await house.start();
    await seen(browser, 'porch', 'live', 30000);
    const before = await frames(browser, 'porch');
    await waitFor('frames flow again', async () => (await frames(browser, 'porch')) > before + 10);
  });
}

test('chromium: a photo is taken at the device\'s best and offered for download', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  const stage = () => browser.evaluate(() => JSON.stringify(document.querySelector('.stage').getBoundingClientRect()));
  const before = await stage();
  await browser.page.click('[data-action=capture]');
  await browser.page.waitForSelector('img[data-thumb]');
  assert.equal(await stage(), before, 'the live picture does not move');
  assert.equal(await browser.evaluate(() => document.activeElement.dataset.action), 'capture', 'the focus stays');
  await browser.page.keyboard.press('Enter');
  await browser.page.getByRole('button', { name: 'Show 2 photos' }).click();
  const width = await waitFor('the photo is shown', () => browser.evaluate(
    () => document.querySelector('img[data-still]').naturalWidth));
  assert.equal(width, 1600);
  const download = await browser.evaluate(() => document.querySelector('[data-action=download]').download);
  assert.match(download, /porch.*\.jpg$/);
  await browser.page.click('[data-action=close]');
  assert.equal(await browser.evaluate(() => document.activeElement.dataset.action), 'photo', 'the focus is back');
});

test('chromium: a control changes the picture', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  await openSheet(browser);
  const brightness = () => browser.evaluate(() => {
    const shown = document.querySelector('eyelid-player video, eyelid-player canvas');
    const canvas = new OffscreenCanvas(16, 12), context = canvas.getContext('2d');
    context.drawImage(shown, 0, 0, 16, 12);
    return context.getImageData(0, 0, 16, 12).data.reduce((sum, v, i) => sum + (i % 4 < 3 ? v : 0), 0) / (16 * 12 * 3);
  });
  const before = await brightness();
  await browser.page.locator('[data-control=brightness] input, input[data-control=brightness]').first().fill('2');
  await waitFor('the picture is brighter', async () => (await brightness()) > before + 15, 8000);
  const camera = await house.describe('porch');
  assert.equal(camera.controls.find((c) => c.name === 'brightness').value, 2);
});

test('chromium: a hidden page lets the camera sleep and wakes it when shown', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  await house.camera('porch');
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  const show = (visible) => browser.evaluate((v) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !v });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (v ? 'visible' : 'hidden') });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visible);
  await show(false);
  await house.state('porch', 'asleep', 15000);
  await show(true);
  await seen(browser, 'porch', 'live');
});

test('chromium: an offline camera is shown as offline, and comes back by itself', async (t) => {
  const house = await boot(t);
  const camera = await house.camera('porch');
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await camera.stop();
  await seen(browser, 'porch', 'offline');
  await house.camera('porch');
  await seen(browser, 'porch', 'live');
});

test('chromium: the page is good on a phone and by keyboard', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const browser = await open(t, 'chromium');
  await browser.page.setViewportSize({ width: 360, height: 740 });
  await browser.goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  const overflow = () => browser.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(await overflow(), 0, 'the grid does not scroll sideways');
  for (let i = 0; i < 20; i++) {
    await browser.page.keyboard.press('Tab');
    const onCard = await browser.evaluate(() => document.activeElement.closest('[data-camera=porch]') !== null);
    if (onCard) break;
  }
  await browser.page.keyboard.press('Enter');
  await waitFor('the single view is open', () => browser.evaluate(() => location.hash === '#/camera/porch'));
  assert.equal(await overflow(), 0, 'the single view does not scroll sideways');
  const small = await browser.evaluate(() => [...document.querySelectorAll('button, a.button, input[type=range], select, .segments label')]
    .filter((e) => e.offsetParent).map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])
    .filter(([, height]) => height < 44));
  assert.deepEqual(small, [], 'every control is as large as a thumb');
});

for (const [screen, width, height] of [['phone', 390, 844], ['phone on its side', 844, 390], ['laptop', 1366, 768]]) {
  test(`chromium: the picture stays in view and live at the last control, on a ${screen}`, async (t) => {
    const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
    await house.camera('porch');
    const browser = await open(t, 'chromium');
    await browser.page.setViewportSize({ width, height });
    await browser.goto(`${house.url}/#/camera/porch`);
    await seen(browser, 'porch', 'live');
    await openSheet(browser);
    await browser.page.locator('.controls :is(input, select)').last().focus();
    await sleep(1500); // longer than the camera would stay awake without viewers
    const { picture, control } = await browser.evaluate(() => {
      const box = (element) => element.getBoundingClientRect().toJSON();
      return { picture: box(document.querySelector('.stage')), control: box(document.activeElement) };
    });
    assert.ok(picture.top >= 0 && picture.bottom <= height, 'the picture is on the screen');
    assert.ok(control.top >= 0 && control.bottom <= height, 'so is the control');
    const apart = control.top >= picture.bottom || control.left >= picture.right;
    assert.ok(apart, 'and the one does not cover the other');
    assert.equal(await cardState(browser, 'porch'), 'live');
    const before = await frames(browser, 'porch');
    await waitFor('it moves', async () => (await frames(browser, 'porch')) > before + 10);
  });
}

test('chromium: a window of one camera says why it shows nothing', async (t) => {
  const house = await boot(t);
  const camera = await house.camera('porch');
  const browser = await open(t, 'chromium');
  const says = (pattern) => waitFor(`it says ${pattern}`, async () => pattern.test(await browser.evaluate(
    () => document.querySelector('body > p:not([hidden])')?.textContent ?? '')));
  await browser.goto(`${house.url}/view.html?camera=nobody`);
  await says(/^There is no camera “nobody”$/);
  await browser.goto(`${house.url}/view.html?camera=porch`);
  const quiet = () => waitFor('the picture alone', () => browser.evaluate(
    () => document.querySelector('eyelid-player')?.stats.state === 'live' && document.querySelector('body > p').hidden));
  await quiet();
  await camera.stop();
  await says(/^Offline · since \d+:\d+/);
  await house.camera('porch');
  await quiet();
  await house.server.stop();
  await says(/^No connection/);
});

test('chromium: without cameras the page names an address that works', async (t) => {
  const house = await boot(t);
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/`);
  const address = await waitFor('the page names an address', () => browser.evaluate(
    () => document.querySelector('.empty .address code')?.textContent));
  await house.socket(address);
  await waitFor('the camera is there', async () => (await cardState(browser, 'porch')) !== null);
});
