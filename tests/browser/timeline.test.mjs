// The strip under a camera's picture: the day's clips and photos, the past in the same place, and back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from '../flow/harness.mjs';
import { clean } from './axe.mjs';
import { open, seen } from './look.mjs';

const post = (house, address, body) => house.get(address, { method: 'POST',
  headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function photo(house) {
  const answer = await post(house, '/api/v1/cameras/porch/photo', {});
  assert.equal(answer.status, 201);
  return answer.json();
}

async function clip(house) {
  const before = await house.metric('eyelid_recorded_bytes_total');
  await post(house, '/api/v1/cameras/porch/record', { seconds: 600 });
  await waitFor('it records', async () => (await house.metric('eyelid_recorded_bytes_total')) > before + 100000, 20000);
  await house.get('/api/v1/cameras/porch/record', { method: 'DELETE' });
  return waitFor('the clip', async () => (await house.json('/api/v1/archive?kind=clip')).items[0], 20000);
}

test('chromium: the strip leads into the past and back, by keys and by hand', async (t) => {
  const house = await boot(t, { env: { EYELID_LINGER_S: '1' } });
  await house.camera('porch', { fps: 20 });
  const first = await photo(house);
  const second = await clip(house);
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  const strip = page.locator('[data-timeline=porch] [role=slider]');
  await strip.and(page.locator('[data-items="2"]')).waitFor();
  await clean(page, 'the strip');

  await strip.focus();
  await page.keyboard.press('ArrowLeft');
  await page.locator(`[data-past="${second.id}"]`).waitFor();
  const clipAt = () => page.locator('.past video').evaluate((v) => v.currentTime);
  await waitFor('the clip plays', async () => (await clipAt()) > 0.1);
  await house.state('porch', 'asleep', 20000); // nobody watches it live
  await clean(page, 'a clip of the past');
  await strip.focus();
  await page.keyboard.press('ArrowLeft');
  await page.locator(`[data-past="${first.id}"] img`).waitFor();
  assert.match(await strip.getAttribute('aria-valuetext'), /^Photo, /);
  await page.locator('[data-action=live]').click();
  await seen(browser, 'porch', 'live');
  assert.equal(await page.locator('[data-past]').count(), 0);

  const line = await strip.boundingBox();
  await page.mouse.move(line.x + line.width * 0.9, line.y + 10);
  await page.mouse.down();
  await page.mouse.move(line.x + 5, line.y + 10, { steps: 10 });
  await page.locator('.timeline-bubble img').evaluate((image) => image.decode());
  await page.mouse.up();
  await page.locator(`[data-past="${first.id}"]`).waitFor();
  await page.keyboard.press('Escape');
  await seen(browser, 'porch', 'live');
  await page.locator('[data-action=day-before]').click();
  await strip.and(page.locator('[data-items="0"]')).waitFor();
});

test('chromium: the strip fits phones', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await photo(house);
  const { page, goto, ...browser } = await open(t, 'chromium');
  for (const [width, height] of [[320, 568], [390, 844], [844, 390]]) {
    await page.setViewportSize({ width, height });
    await goto(`${house.url}/#/camera/porch`);
    await seen(browser, 'porch', 'live');
    const strip = page.locator('[data-timeline=porch] [role=slider]');
    await strip.and(page.locator('[data-items="1"]')).waitFor();
    const box = await strip.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height, `${width}: ${JSON.stringify(box)}`);
    const over = await browser.evaluate(() => document.querySelector('.main').scrollWidth <= document.querySelector('.main').clientWidth);
    assert.ok(over, `${width} px wide: nothing sticks out`);
  }
});
