// System → Storage: what each camera takes, what goes next, and when the room is used up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot } from '../flow/harness.mjs';
import { clean } from './axe.mjs';
import { open } from './look.mjs';

test('chromium: storage is told camera by camera, with what goes next', async (t) => {
  const house = await boot(t, { env: { EYELID_ARCHIVE_MAX_DAYS: '30' } });
  for (const id of ['porch', 'yard']) await house.camera(id);
  for (const id of ['porch', 'yard', 'porch']) {
    assert.equal((await house.get(`/api/v1/cameras/${id}/photo`, { method: 'POST' })).status, 201);
  }
  const { page, goto } = await open(t, 'chromium');
  await page.setViewportSize({ width: 320, height: 568 });
  await goto(`${house.url}/#/system`);
  await page.locator('[data-storage=porch]').getByText('2 items').waitFor();
  await page.locator('[data-storage=yard]').getByText('1 item').waitFor();
  await page.locator('[data-testid=goes-next]').getByText('Goes next: Photo, porch').waitFor();
  await page.locator('[data-testid=storage]').getByText('kept for 30 days').waitFor();
  await page.locator('[data-testid=forecast]').getByText('At the present rate').waitFor();
  await page.locator('[data-storage=yard] [data-action=edit-quota]').click();
  await page.locator('[name=quota]').fill('much');
  await page.locator('[data-action=save-quota]').click();
  await page.locator('[data-testid=quota]').getByText('Enter a size in GB').waitFor();
  await page.locator('[name=quota]').fill('0.5');
  await page.locator('[data-action=save-quota]').click();
  await page.locator('[data-storage=yard]').getByText('of 500 MB').waitFor();
  await page.locator('[data-storage=yard]').getByText('Reaches its limit in about').waitFor();
  assert.deepEqual(await house.json('/api/v1/archive/quotas'), { cameras: { yard: 5e8 } });
  await clean(page, 'storage');
});
