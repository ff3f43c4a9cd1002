// The page's archive: photos and clips are kept, found, played, starred, selected and removed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { boot, run, waitFor } from '../flow/harness.mjs';
import { picture } from '../lib/pictures.mjs';
import { clean } from './axe.mjs';
import { open, openSheet, seen } from './look.mjs';

const archive = async (house, query = '') => (await house.json(`/api/v1/archive?${query}`)).items;

/** Puts photos into the archive as a person would: days[date] of them, named by their times. */
async function fill(house, days) {
  await house.server.stop();
  for (const [date, count] of Object.entries(days)) {
    const folder = path.join(house.data, 'archive/porch', date.replaceAll('-', '/'));
    fs.mkdirSync(folder, { recursive: true });
    for (let n = 0; n < count; n++) {
      const time = new Date(Date.parse(`${date}T00:00:00Z`) + n * 20000).toISOString().slice(11, 19).replaceAll(':', '');
      fs.writeFileSync(path.join(folder, `${date.replaceAll('-', '')}T${time}.000+0000-schedule.jpg`), picture('160x120'));
    }
  }
  const { code, output } = await run('eyelid', ['archive', 'check', '--repair', '--data', house.data], { env: { TZ: 'UTC' } });
  assert.equal(code, 0, output);
  await house.start();
}

async function recordFor(house, bytes) {
  const before = await house.metric('eyelid_recorded_bytes_total');
  const answer = await house.get('/api/v1/cameras/porch/record', { method: 'POST',
    headers: { 'content-type': 'application/json' }, body: '{"seconds":600}' });
  assert.equal(answer.status, 202);
  await waitFor('it records', async () => (await house.metric('eyelid_recorded_bytes_total')) > before + bytes, 20000);
  await house.get('/api/v1/cameras/porch/record', { method: 'DELETE' });
  return waitFor('the clip', async () => (await archive(house, 'kind=clip'))[0], 20000);
}

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
  await waitFor('the star', async () => (await archive(house, 'starred=true')).length === 1);
  await page.locator('[data-action=ask-remove-item]').click();
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'cancel');
  await page.locator('[data-action=remove-item]').click();
  await waitFor('it is gone', async () => (await archive(house)).length === 0);
  await page.getByText('Nothing here yet').waitFor();
  assert.equal(await item.count(), 0);
});

test('chromium: a camera is recorded by hand, and the clip is played picture by picture', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 20 });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  const button = page.locator('[data-action=record]');
  await button.click();
  await page.locator('[data-testid=recorded]').getByText(/0:0[1-9]/).waitFor();
  assert.equal(await button.getAttribute('aria-pressed'), 'true');
  await page.reload();
  await page.locator('[data-testid=recorded]').getByText(/0:0[2-9]|0:1/).waitFor(); // the server knows
  await goto(`${house.url}/#/archive`);
  await page.locator('[data-recording=porch]').waitFor();
  await clean(page, 'the archive while a camera is recorded');
  await page.locator('[data-action=record-stop]').click();
  const item = page.locator('[data-item]');
  await item.waitFor();
  assert.match(await item.innerText(), /0:\d\d/);
  assert.equal(await page.locator('[data-recording]').count(), 0);

  await item.click();
  const video = (read) => page.locator('video[data-kept]').evaluate(read);
  await waitFor('it plays', () => video((v) => v.readyState >= 2 && v.currentTime > 0.3));
  await clean(page, 'a clip');
  await page.keyboard.press(',');
  await waitFor('it pauses', () => video((v) => v.paused && !v.seeking));
  const shown = () => video((v) => !v.seeking && Number(v.dataset.frame));
  const times = [await shown()];
  for (const key of ['.', '.', ',']) {
    await page.keyboard.press(key);
    const last = times.at(-1);
    const { at } = await waitFor('another picture', async () => { const at = await shown(); return at !== false && at !== last && { at }; });
    times.push(at);
  }
  assert.ok(times[0] < times[1] && times[1] < times[2], `${times}`);
  assert.equal(times[3], times[1]);
  await page.keyboard.press(' ');
  await waitFor('it plays on', () => video((v) => !v.paused || v.ended));

  await goto(`${house.url}/#/camera/porch`);
  await openSheet(browser);
  const always = page.locator('[data-control=continuous] input');
  const state = (wanted) => waitFor(`continuous is ${wanted}`, async () =>
    (await house.json('/api/v1/cameras/porch/record')).continuous === wanted);
  await always.check();
  await state(true);
  await always.uncheck();
  await state(false);
});

test('chromium: thousands of items are scrolled, walked by keys, found by day, selected', async (t) => {
  const house = await boot(t, { env: { TZ: 'UTC' } });
  await house.camera('porch');
  await fill(house, { '2026-10-31': 30, '2026-11-28': 1500, '2026-11-30': 700 });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/archive`);
  const at = (n) => page.locator(`[data-at="${n}"][data-item]`);
  await at(0).waitFor();
  const drawn = () => page.locator('[data-at]').count();
  const first = await drawn();
  await browser.evaluate(() => { document.querySelector('.main').scrollTop = 1e6; });
  await at(2229).waitFor();
  await browser.evaluate(() => { document.querySelector('.main').scrollTop /= 2; });
  await waitFor('what is shown there', () => browser.evaluate(
    () => document.querySelectorAll('[data-at]').length > 20 && !document.querySelector('[data-at]:not([data-item])')));
  assert.ok(await drawn() < first + 40, `${await drawn()} are drawn, ${first} were`);
  await clean(page, 'the archive');

  await page.locator('[data-action=calendar]').click();
  await page.locator('[data-day="2026-11-30"] small').getByText('700').waitFor();
  await clean(page, 'the calendar');
  await page.getByRole('button', { name: 'Previous month' }).click();
  await page.locator('[data-day="2026-10-31"]').click();
  await at(2200).waitFor();

  await page.locator('[data-at="2200"]').focus();
  await page.keyboard.press('Home');
  await waitFor('the focus is on the newest', () => browser.evaluate(() => document.activeElement.dataset.at === '0'));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await waitFor('the focus is two further', () => browser.evaluate(() => document.activeElement.dataset.at === '2'));
  await page.keyboard.press('Enter');
  await page.locator('[data-kept]').waitFor();
  await page.getByText('3 / 2,230').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByText('4 / 2,230').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await browser.evaluate(() => document.activeElement.dataset.at), '2');

  await page.locator('[data-action=select]').click();
  await at(1).click();
  await at(4).click({ modifiers: ['Shift'] });
  await page.getByText('4 selected').waitFor();
  await clean(page, 'items are selected');
  const [zip] = await Promise.all([page.waitForEvent('download'), page.locator('[data-action=export]').click()]);
  const { stdout, status } = spawnSync('python3', ['-m', 'zipfile', '-l', await zip.path()]);
  assert.equal(status, 0);
  assert.equal(String(stdout).trim().split('\n').filter((line) => line.includes('.jpg')).length, 4);
  await page.locator('[data-action=star-selected]').click();
  await waitFor('four stars', async () => (await archive(house, 'starred=true')).length === 4);
  await page.locator('[data-action=starred]').click();
  await waitFor('only those', async () => (await drawn()) === 4);
  await page.locator('[data-action=select]').click();
  await at(0).click();
  await at(3).click({ modifiers: ['Shift'] });
  await page.locator('[data-action=ask-remove-selected]').click();
  await page.getByText('Remove 4 items for good?').waitFor();
  await page.locator('[data-action=remove-item]').click();
  await page.getByText('Nothing matches').waitFor();
  await page.locator('[data-action=everything]').click();
  await page.locator('h2').getByText('696 items').waitFor();
  await page.getByLabel('Reason').selectOption('manual');
  await page.getByText('Nothing matches').waitFor();
});

test('chromium: a phone swipes from one to the next, and nothing sticks out', async (t) => {
  const house = await boot(t, { env: { TZ: 'UTC' } });
  await house.camera('porch');
  await fill(house, { '2026-11-30': 12 });
  const { page, goto, ...browser } = await open(t, 'chromium');
  const device = await page.context().newCDPSession(page);
  await device.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  for (const [width, height] of [[320, 568], [390, 844], [844, 390]]) {
    await page.setViewportSize({ width, height });
    await goto(`${house.url}/#/archive`);
    await page.locator('[data-at="0"][data-item]').waitFor();
    const sizes = await browser.evaluate(() => [document.querySelector('.main').scrollWidth, document.querySelector('.main').clientWidth]);
    assert.equal(sizes[0], sizes[1], `${width} px`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('[data-at="0"]').click();
  await page.getByText('1 / 12').waitFor();
  const swipe = async (from, to) => {
    const touch = (type, x) => device.send('Input.dispatchTouchEvent',
      { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y: 300 }] });
    await touch('touchStart', from);
    for (let n = 1; n <= 5; n++) await touch('touchMove', from + ((to - from) * n) / 5);
    await touch('touchEnd');
  };
  await swipe(300, 80);
  await page.getByText('2 / 12').waitFor();
  await swipe(80, 300);
  await page.getByText('1 / 12').waitFor();
});

test('webkit: a clip plays and seeks in the archive', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 20 });
  await recordFor(house, 150000);
  const { goto, evaluate } = await open(t, 'webkit', { headless: false });
  await goto(`${house.url}/#/archive`);
  await waitFor('the clip is listed', () => evaluate(() => !!document.querySelector('[data-item]')), 20000);
  await evaluate(() => document.querySelector('[data-item]').click());
  await waitFor('it plays', () => evaluate(() => document.querySelector('video[data-kept]')?.currentTime > 0.2), 20000);
  const length = await evaluate(() => {
    const video = document.querySelector('video[data-kept]');
    video.pause();
    video.currentTime = video.duration / 2;
    return video.duration;
  });
  await waitFor('it seeks', () => evaluate(() => {
    const video = document.querySelector('video[data-kept]');
    return !video.seeking && video.readyState >= 2 && Math.abs(video.currentTime - video.duration / 2) < 0.2;
  }), 20000);
  assert.ok(length > 1 && length < 60, `${length} s`);
});
