// The wall as its owner arranged it, and what it shows when it is loaded again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from '../flow/harness.mjs';
import { open, seen } from './look.mjs';

const order = (browser) => browser.evaluate(
  () => [...document.querySelectorAll('.tile')].map((tile) => tile.dataset.camera).join());

test('chromium: cameras are arranged by keys and by hand, hidden, grouped; the server keeps it', async (t) => {
  const house = await boot(t);
  for (const id of ['attic', 'porch', 'yard']) await house.camera(id, { fps: 5 });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  for (const id of ['attic', 'porch', 'yard']) await seen(browser, id, 'live');
  assert.equal(await order(browser), 'attic,porch,yard');
  await page.locator('[data-action=view]').click();
  await page.locator('[data-action=arrange]').click();
  await page.locator('[data-move=yard]').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await waitFor('moved by keys', async () => (await order(browser)) === 'yard,attic,porch');
  assert.equal(await browser.evaluate(() => document.activeElement.dataset.move), 'yard', 'the focus went along');

  const from = await page.locator('[data-move=porch]').boundingBox();
  const to = await page.locator('[data-move=yard]').boundingBox();
  await page.mouse.move(from.x + from.width / 2, from.y + 90);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + 90, { steps: 8 });
  await page.mouse.up();
  await waitFor('moved by hand', async () => (await order(browser)) === 'porch,yard,attic');

  await page.getByRole('button', { name: 'Hide attic' }).click();
  await page.getByRole('button', { name: 'Groups…' }).click();
  await page.getByPlaceholder('Name of a group').fill('Garden');
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Garden' }).getByText('attic').click();
  await page.keyboard.press('Escape');
  await page.locator('[data-action=arranged]').click();
  await waitFor('hidden', async () => (await order(browser)) === 'porch,yard');
  const wanted = { order: ['porch', 'yard', 'attic'], hidden: ['attic'], groups: [{ name: 'Garden', cameras: ['attic'] }] };
  await waitFor('the server has it', async () => JSON.stringify(await house.json('/api/v1/layout')) === JSON.stringify(wanted));

  await page.reload();
  await seen(browser, 'yard', 'live');
  assert.equal(await order(browser), 'porch,yard');
  await page.getByRole('button', { name: 'Garden' }).click();
  await waitFor('the group', async () => (await order(browser)) === 'attic');
});

test('chromium: a paused wall that is loaded again shows the last pictures, and wakes nothing', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await page.locator('[data-action=pause]').click();
  await house.state('porch', 'asleep', 15000);
  await page.reload();
  await seen(browser, 'porch', 'paused');
  await waitFor('the last picture', () => browser.evaluate(() => document.querySelector('img.last')?.naturalWidth === 320));
  assert.match(await page.locator('[data-camera=porch] .veil-age').innerText(), / ago$/);
  assert.equal((await house.describe('porch')).state, 'asleep');
});

test('chromium: small tiles ask for small pictures, one camera for all of them', async (t) => {
  const house = await boot(t);
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  for (const id of ids) await house.camera(id, { size: '640x480', fps: 5 });
  const { page, goto, ...browser } = await open(t, 'chromium');
  const width = () => browser.evaluate(() => {
    const shown = document.querySelector('[data-camera=i] eyelid-player :is(video, canvas)');
    return shown?.videoWidth ?? shown?.width ?? 0;
  });
  await page.setViewportSize({ width: 1024, height: 760 });
  await goto(`${house.url}/#/`);
  await seen(browser, 'i', 'live');
  await waitFor('it is small', async () => (await width()) === 320, 15000);
  await goto(`${house.url}/#/camera/i`);
  await seen(browser, 'i', 'live');
  await waitFor('it is whole', async () => (await width()) === 640, 15000);
  await goto(`${house.url}/#/`);
  await waitFor('it is small again, and not smaller', async () => (await width()) === 320, 15000);
});

test('chromium: System tells how the server is, and speaks another language', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto } = await open(t, 'chromium');
  await goto(`${house.url}/#/system`);
  await page.getByText('Uptime').waitFor();
  await page.getByLabel('Language').selectOption('de');
  await page.getByText('Läuft seit').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Netzwerkkamera hinzufügen' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
});
