// The page's schedules: made with a preview of their runs, changed, switched, run, removed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from '../flow/harness.mjs';
import { clean } from './axe.mjs';
import { open } from './look.mjs';

const schedules = async (house) => (await house.json('/api/v1/schedules')).schedules;

test('chromium: a schedule is made, runs, is changed, switched off and removed', async (t) => {
  const house = await boot(t, { env: { TZ: 'UTC' } });
  await house.camera('porch');
  const { page, goto } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await page.getByRole('link', { name: 'Schedules' }).click();
  await page.getByText('No schedules yet').waitFor();
  await clean(page, 'no schedules');
  await page.locator('[data-action=add-schedule]').click();
  await page.getByLabel('Name').fill('Often');
  await page.getByLabel('Every', { exact: true }).fill('2');
  await page.getByLabel('Unit').selectOption('seconds');
  await page.locator('[data-testid=next] li').nth(9).waitFor();
  await clean(page, 'the form');
  await page.locator('[data-action=save-schedule]').click();
  const row = page.locator('[data-schedule]');
  await row.locator('[data-last=done]').waitFor({ timeout: 30000 });
  await clean(page, 'a schedule');
  assert.equal((await schedules(house))[0].when.every_s, 2);
  assert.ok((await house.json('/api/v1/archive?reason=schedule')).items.length > 0);

  await row.locator('[data-action=history]').click();
  await page.locator('[data-result=done]').first().waitFor();
  await clean(page, 'its history');
  await page.keyboard.press('Escape');
  await row.locator('[data-action=enable]').click();
  await waitFor('it is off', async () => (await schedules(house))[0].enabled === false);

  await row.locator('[data-action=edit]').click();
  await page.getByText('Times', { exact: true }).click();
  await page.locator('[data-hour="12:00"][aria-pressed=true]').click();
  await page.locator('[data-hour="07:00"]').click();
  for (const day of ['sat', 'sun']) await page.locator(`[type=checkbox][name=${day}]`).uncheck();
  await clean(page, 'the form with times');
  await page.locator('[data-action=save-schedule]').click();
  await waitFor('it is changed', async () => JSON.stringify((await schedules(house))[0].when)
    === JSON.stringify({ times: ['07:00'], days: ['mon', 'tue', 'wed', 'thu', 'fri'] }));

  await row.locator('[data-action=ask-remove-schedule]').click();
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'cancel');
  await page.locator('[data-action=remove-schedule]').click();
  await page.getByText('No schedules yet').waitFor();
  assert.deepEqual(await schedules(house), []);
});

test('chromium: what is wrong with a schedule is said while it is written', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await page.setViewportSize({ width: 320, height: 568 });
  await goto(`${house.url}/#/schedules`);
  await page.locator('[data-action=add-schedule]').click();
  await page.getByLabel('Name').fill('Wrong');
  await page.getByText('Cron', { exact: true }).click();
  await page.getByLabel(/crontab/).fill('61 * * * *');
  await page.locator('.wrong').waitFor();
  await page.getByText('By the sun').click();
  await page.getByText('Enter the latitude').waitFor();
  assert.equal(await page.locator('[data-action=save-schedule]').getAttribute('aria-disabled'), 'true');
  await page.getByLabel('Latitude').fill('52.5');
  await page.getByLabel('Longitude').fill('13,4');
  await page.locator('[data-testid=next] li').nth(9).waitFor();
  const wide = await browser.evaluate(() => document.querySelector('dialog').scrollWidth <= document.querySelector('dialog').clientWidth);
  assert.ok(wide, 'nothing sticks out');
});
