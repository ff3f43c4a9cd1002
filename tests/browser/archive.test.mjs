// The page's archive: a photo that is taken is kept, found, starred and removed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from '../flow/harness.mjs';
import { open, seen } from './look.mjs';

test('chromium: a photo is kept in the archive, starred and removed', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  await page.locator('[data-action=capture]').click();
  await page.locator('[data-thumb]').waitFor();
  await goto(`${house.url}/#/archive`);
  const item = page.locator('[data-item]');
  await item.click();
  await waitFor('the photo', () => browser.evaluate(() => document.querySelector('img[data-kept]')?.naturalWidth === 1600));
  await page.locator('[data-action=star]').click();
  await waitFor('the star', async () => (await house.json('/api/v1/archive?starred=true')).items.length === 1);
  await page.locator('[data-action=ask-remove-item]').click();
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'cancel');
  await page.locator('[data-action=remove-item]').click();
  await waitFor('it is gone', async () => (await house.json('/api/v1/archive')).items.length === 0);
  await page.getByText('Nothing here yet').waitFor();
  assert.equal(await item.count(), 0);
});
