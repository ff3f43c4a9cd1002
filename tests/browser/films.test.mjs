// The page's films: made of kept photos with progress, paused, played, removed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { boot, run, waitFor } from '../flow/harness.mjs';
import { picture } from '../lib/pictures.mjs';
import { clean } from './axe.mjs';
import { open } from './look.mjs';

const films = async (house) => (await house.json('/api/v1/films')).films;

/** So many photos of the camera porch, a minute apart. */
async function fill(house, count) {
  await house.server.stop();
  const folder = path.join(house.data, 'archive/porch/2026/11/30');
  fs.mkdirSync(folder, { recursive: true });
  for (let n = 0; n < count; n++) {
    const time = new Date(n * 60000).toISOString().slice(11, 19).replaceAll(':', '');
    fs.writeFileSync(path.join(folder, `20261130T${time}.000+0000-schedule.jpg`), picture('320x240'));
  }
  const { code, output } = await run('eyelid', ['archive', 'check', '--repair', '--data', house.data], { env: { TZ: 'UTC' } });
  assert.equal(code, 0, output);
  await house.start();
}

test('chromium: a film is made of kept photos, played and removed', async (t) => {
  const house = await boot(t, { env: { TZ: 'UTC' } });
  await house.camera('porch');
  await fill(house, 300);
  const { page, goto } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await page.getByRole('link', { name: 'Films' }).click();
  await page.getByText('No films yet').waitFor();
  await page.locator('[data-action=add-film]').click();
  await page.getByLabel('Name').fill('November');
  await page.locator('[data-testid=film-length]').getByText('300 photos · 12 s').waitFor();
  await clean(page, 'the form of a film');
  await page.locator('[data-action=save-film]').click();
  const row = page.locator('[data-film]');
  await row.waitFor();
  await clean(page, 'a film');
  await row.and(page.locator('[data-state=done]')).waitFor({ timeout: 60000 });
  await row.getByText('12 s').waitFor();
  await row.locator('[data-action=play-film]').click();
  const video = page.locator('video[data-kept]');
  await waitFor('it plays', () => video.evaluate((v) => v.currentTime > 0.1));
  assert.ok(Math.abs((await video.evaluate((v) => v.duration)) - 12) < 0.5);
  await clean(page, 'a film is played');
  await page.keyboard.press('Escape');
  await row.locator('[data-action=ask-remove-film]').click();
  await page.locator('[data-action=remove-film]').click();
  await page.getByText('No films yet').waitFor();
  assert.deepEqual(await films(house), []);
  assert.equal((await house.json('/api/v1/archive?kind=film')).items.length, 1);

  // Every night by itself.
  await page.locator('[data-action=add-film]').click();
  await page.getByLabel('Name').fill('Daily');
  await page.getByLabel('Repeat').selectOption('day');
  await page.getByText('A schedule makes it').waitFor();
  await page.locator('[data-action=save-film]').click();
  const [daily] = await waitFor('the schedule', async () => {
    const { schedules } = await house.json('/api/v1/schedules');
    return schedules.length > 0 && schedules;
  });
  assert.deepEqual([daily.job, daily.camera, daily.seconds, daily.when.times, daily.when.days.length], ['film', 'porch', 86400, ['00:05'], 7]);

  // Of chosen photos, on a phone.
  await page.setViewportSize({ width: 390, height: 844 });
  await goto(`${house.url}/#/archive`);
  await page.locator('[data-action=select]').click();
  for (const at of [1, 2, 4]) await page.locator(`[data-at="${at}"]`).click();
  await page.locator('[data-action=film-selected]').click();
  await page.getByLabel('Name').fill('Chosen');
  await page.locator('[data-testid=film-length]').getByText('3 photos').waitFor();
  await page.getByLabel('Date and time in the picture').check();
  await clean(page, 'a film of chosen photos');
  await page.locator('[data-action=save-film]').click();
  await row.and(page.locator('[data-state=done]')).waitFor({ timeout: 60000 });
  const [chosen] = await films(house);
  assert.deepEqual([chosen.photos, chosen.stamp, chosen.from], [3, true, null]);
});

test('chromium: a film that is being made is paused, goes on, and is canceled', async (t) => {
  const house = await boot(t, { env: { TZ: 'UTC' } });
  await house.camera('porch');
  await fill(house, 1400);
  const { page, goto, ...browser } = await open(t, 'chromium');
  await page.setViewportSize({ width: 320, height: 568 });
  await goto(`${house.url}/#/films`);
  await page.locator('[data-action=add-film]').click();
  await page.getByLabel('Name').fill('Long');
  await page.getByLabel('Largest width').selectOption('1920');
  await page.locator('[data-action=save-film]').click();
  const row = page.locator('[data-film]');
  await row.locator('[data-action=pause-film]').click();
  await row.and(page.locator('[data-state=paused]')).waitFor();
  await clean(page, 'a film is paused');
  const wide = await browser.evaluate(() => document.querySelector('.main').scrollWidth <= document.querySelector('.main').clientWidth);
  assert.ok(wide, 'nothing sticks out');
  await row.locator('[data-action=pause-film]').click();
  await waitFor('it goes on', async () => ['running', 'waiting', 'done'].includes((await films(house))[0]?.state));
  await row.locator('[data-action=ask-remove-film]').click();
  await page.locator('[data-action=remove-film]').click();
  await page.getByText('No films yet').waitFor();
});
