// The Motion tab: a camera is armed, its numbers are chosen, areas are drawn; what moves is shown on the wall.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from '../flow/harness.mjs';
import { clean } from './axe.mjs';
import { open, openSheet } from './look.mjs';

const PASSER_BY = ['--motion', '6 box 40,150 60x150 for 5 to 540,150; repeat 24'];

test('chromium: a camera is armed, areas are drawn, and the wall shows what moves', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '640x480', args: PASSER_BY });
  const motion = () => house.json('/api/v1/cameras/porch/motion');
  const browser = await open(t, 'chromium');
  const { page, goto } = browser;
  await goto(`${house.url}/#/camera/porch`);
  await page.locator('[data-camera=porch]').first().waitFor({ timeout: 30000 });
  await openSheet(browser, 'motion');
  await page.locator('[data-control=armed] input').check();
  await waitFor('it is armed', async () => (await motion()).armed);
  await page.getByTestId('motion-cost').filter({ hasText: /today: \d+/ }).waitFor();
  const slider = page.locator('[data-control=sensitivity] input');
  await slider.focus();
  await slider.press('ArrowRight');
  await waitFor('it is more sensitive', async () => (await motion()).sensitivity === 51);
  await page.locator('[data-control=busy] input').check();
  await waitFor('it is busy', async () => (await motion()).profile === 'busy');
  await page.locator('[data-control=busy] input').uncheck();
  await clean(page, 'the motion tab');

  await page.locator('[data-action=zone-exclude]').click();
  const drawing = page.locator('.zones-picture svg');
  await drawing.scrollIntoViewIfNeeded();
  const { width, height } = await drawing.boundingBox();
  for (const [x, y] of [[0.02, 0.02], [0.98, 0.02]]) await drawing.click({ position: { x: x * width, y: y * height } });
  assert.ok(await page.locator('[data-action=zone-done]').isDisabled());
  await drawing.click({ position: { x: width / 2, y: height / 4 } });
  await clean(page, 'an area being drawn');
  await page.locator('[data-action=motion-try]').click(); // before it is saved
  await page.locator('[data-testid=motion-tried]').waitFor();
  assert.deepEqual((await motion()).zones, []);
  await page.locator('[data-action=zone-done]').click();
  const [zone] = await waitFor('the area is there', async () => (await motion()).zones.length && (await motion()).zones);
  assert.equal(zone.mode, 'exclude');
  [[0.02, 0.02], [0.98, 0.02], [0.5, 0.25]].forEach(([x, y], i) => {
    assert.ok(Math.hypot(zone.points[i][0] - x, zone.points[i][1] - y) < 0.02, JSON.stringify(zone));
  });
  assert.deepEqual([(await motion()).armed, (await motion()).sensitivity], [true, 51]); // nothing else changed
  await page.locator('[data-action=zone-remove]').click();
  await waitFor('the area is gone', async () => (await motion()).zones.length === 0);

  await page.locator('.seen-box').waitFor({ timeout: 60000 });
  await goto(`${house.url}/#/`);
  await page.locator('.tile[data-camera=porch] .moving').waitFor({ timeout: 60000 });
  await page.locator('.tile[data-camera=porch] .moving').waitFor({ state: 'detached', timeout: 60000 });
});
