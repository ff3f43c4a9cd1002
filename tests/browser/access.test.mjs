// axe finds nothing wrong with the page's main states, light and dark.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot } from '../flow/harness.mjs';
import { clean } from './axe.mjs';
import { open, openSheet, seen } from './look.mjs';

test('chromium: axe finds nothing', async (t) => {
  const house = await boot(t);
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await page.locator('.welcome').waitFor();
  await clean(page, 'no cameras');
  await house.camera('porch');
  const yard = await house.camera('yard', { args: ['--battery', '12'] });
  await goto(`${house.url}/#/`);
  await seen(browser, 'porch', 'live');
  await seen(browser, 'yard', 'live');
  await clean(page, 'the wall');
  await page.locator('[data-action=view]').click();
  await page.locator('[data-action=figures]').click();
  await clean(page, 'the menu of the view');
  await page.keyboard.press('Escape');
  await page.locator('[data-action=pause]').click();
  await seen(browser, 'porch', 'paused');
  await clean(page, 'paused');
  await page.locator('[data-action=pause]').click();
  await yard.stop();
  await seen(browser, 'yard', 'offline');
  await clean(page, 'a camera is offline');
  await goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  for (const tab of ['settings', 'motion', 'device', 'share']) {
    await openSheet(browser, tab);
    await clean(page, `one camera, ${tab}`);
  }
  await page.locator('[data-action=capture]').click();
  await page.locator('[data-action=photo]').click();
  await page.locator('img[data-still]').waitFor();
  await clean(page, 'a photo');
  await page.keyboard.press('Escape');
  await goto(`${house.url}/#/system`);
  await page.getByRole('heading', { name: 'System' }).waitFor();
  await clean(page, 'system');
  await page.locator('[data-action=add-camera]').click();
  await page.getByRole('dialog').waitFor();
  await clean(page, 'the form for a network camera');
  await page.keyboard.press('Escape');
  await goto(`${house.url}/#/`);
  await house.server.stop();
  await page.locator('[data-connection=waiting]').waitFor();
  await clean(page, 'no server');
  await house.start();
});

test('chromium: axe finds nothing with accounts', async (t) => {
  const house = await boot(t, { env: { EYELID_ACCESS: 'accounts' } });
  const [, token] = await house.server.says(/no administrator yet: .*?([0-9a-f]{64})/);
  const { page, goto } = await open(t, 'chromium');
  await goto(`${house.url}/#setup=${token}`);
  await page.locator('[name=username]').waitFor();
  await clean(page, 'setup');
  await page.locator('[name=username]').fill('anna');
  await page.locator('[name=password]').fill('correct horse battery');
  await page.locator('[data-action=setup]').click();
  await page.locator('.welcome').waitFor();
  for (const place of ['account', 'users', 'tokens', '']) {
    await page.evaluate((to) => { location.hash = `#/system/${to}`; }, place);
    await page.locator(`[aria-current=page][href="#/system${place && `/${place}`}"]`).first().waitFor();
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle');
    await clean(page, `system, ${place}`);
  }
  assert.equal(await page.getByText('#setup=').count(), 0, 'a used link is no warning');
  await page.context().clearCookies();
  await page.reload();
  await page.locator('[data-entry=login] form').waitFor();
  await clean(page, 'login');
});
