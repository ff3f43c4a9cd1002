// The page's ten main states look as their pictures in the folder screens.
import { test } from 'node:test';
import { boot } from '../flow/harness.mjs';
import { open, seen } from './look.mjs';
import { looks } from './screens.mjs';

test('chromium: the main states look as they did', async (t) => {
  const house = await boot(t);
  const { page, goto, context, ...browser } = await open(t, 'chromium');
  const helper = await context.newPage();
  const visit = async (hash) => {
    await goto(`${house.url}/healthz`);
    await goto(`${house.url}/${hash}`);
  };
  for (const id of ['attic', 'hall', 'porch']) await house.camera(id, { fps: 5 });
  const yard = await house.camera('yard', { fps: 5 });
  await visit('#/');
  for (const id of ['attic', 'hall', 'porch', 'yard']) await seen(browser, id, 'live');
  await looks(page, helper, 'wall');
  await visit('#/camera/porch');
  await seen(browser, 'porch', 'live');
  await page.locator('.stage').hover({ position: { x: 50, y: 150 } });
  await looks(page, helper, 'camera');
  for (const area of ['archive', 'schedules', 'films', 'system']) {
    await visit(`#/${area}`);
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle');
    await looks(page, helper, area);
  }
  await yard.stop();
  await visit('#/');
  await seen(browser, 'yard', 'offline');
  for (const id of ['attic', 'hall', 'porch']) await seen(browser, id, 'live');
  await looks(page, helper, 'offline');
  await page.locator('[data-action=pause]').click();
  await seen(browser, 'porch', 'paused');
  await looks(page, helper, 'paused');
  await house.server.stop();
  await page.locator('[data-connection=waiting]').waitFor();
  await looks(page, helper, 'gone');
});

test('chromium: the first visit looks as it did', async (t) => {
  const house = await boot(t, { env: { EYELID_ACCESS: 'accounts' } });
  const [, token] = await house.server.says(/no administrator yet: .*?([0-9a-f]{64})/);
  const { page, goto, context } = await open(t, 'chromium');
  await goto(`${house.url}/#setup=${token}`);
  await page.locator('[name=username]').waitFor();
  await looks(page, await context.newPage(), 'setup');
});
