// What the page does about cameras besides showing them: their settings, adopting, adding, removing, troubles.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from '../flow/harness.mjs';
import { WebcamServer } from '../lib/webcam-server.mjs';
import { cardState, open, openSheet, seen } from './look.mjs';
import { circle, readPicture } from './screen.mjs';

const valueOf = async (house, id, name) => (await house.describe(id)).controls.find((c) => c.name === name).value;

/** A device of the protocol that says hello and sends no picture. */
async function device(house, id, hello) {
  const socket = await house.socket(`${house.deviceUrl}/${id}`, ['eyelid.device.v1']);
  socket.send({ type: 'hello', id, ...hello });
  await waitFor(`${id} is there`, () => house.describe(id));
  return socket;
}

for (const name of ['chromium', 'firefox']) {
  test(`${name}: a menu changes the picture, and defaults bring it back`, async (t) => {
    const house = await boot(t);
    await house.camera('porch');
    const browser = await open(t, name);
    await browser.goto(`${house.url}/#/camera/porch`);
    await seen(browser, 'porch', 'live');
    await openSheet(browser);
    const red = async () => {
      const picture = await browser.evaluate(readPicture, 160);
      return picture && circle(picture) !== null;
    };
    await waitFor('the circle is red', red);
    await browser.evaluate(() => document.querySelector('[data-control=effect] input[value=negative]').click());
    await waitFor('nothing is red', async () => (await red()) === false, 15000);
    assert.equal(await valueOf(house, 'porch', 'effect'), 'negative');
    await browser.evaluate(() => document.querySelector('[data-action=defaults]').click());
    await waitFor('the circle is red again', red, 15000);
    assert.equal(await valueOf(house, 'porch', 'effect'), 'none');
    await waitFor('the page shows the default', () => browser.evaluate(
      () => document.querySelector('[data-control=effect] input[value=none]').checked));
  });
}

test("chromium: an overridden control cannot be moved, and shows the camera's value", async (t) => {
  const house = await boot(t);
  const desk = await device(house, 'desk', { controls: [
    { name: 'gain_auto', type: 'bool', default: true, value: true, group: 'exposure' },
    { name: 'gain', type: 'int', min: 0, max: 9, step: 1, default: 3, value: 3, group: 'exposure', auto: 'gain_auto' },
  ] });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/desk`);
  await openSheet(browser);
  const gain = page.getByRole('slider', { name: /^Gain/ });
  const automatic = page.getByRole('switch', { name: 'Automatic gain' });
  assert.equal(await gain.isDisabled(), true);
  assert.match(await page.locator('[data-control=gain]').innerText(), /automatic/);
  desk.send({ type: 'values', values: { gain: 7 } });
  await waitFor('the value that the camera chose', async () => (await gain.inputValue()) === '7');

  await automatic.click();
  assert.deepEqual((await desk.json('set')).values, { gain_auto: false });
  assert.equal(await gain.isDisabled(), false, 'at once, before the camera answered');
  await gain.fill('2');
  await desk.next((m) => m.type === 'set' && m.values.gain === 2, 'the gain');
  desk.send({ type: 'values', values: { gain_auto: true, gain: 8 } });
  await waitFor('the camera has the last word', async () => (await gain.isDisabled()) && (await gain.inputValue()) === '8');
});

test('chromium: a long menu is a list, by keyboard too', async (t) => {
  const house = await boot(t);
  const desk = await device(house, 'desk', { controls: [{ name: 'size', type: 'menu', group: 'stream',
    options: ['320x240', '640x480', '1280x720', '1920x1080'], default: '640x480', value: '640x480' }] });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/desk`);
  await openSheet(browser);
  const size = page.getByRole('group', { name: 'Stream' }).getByRole('combobox', { name: 'Size' });
  await size.waitFor();
  assert.deepEqual(await size.locator('option').allInnerTexts(), ['320 × 240', '640 × 480', '1280 × 720', '1920 × 1080']);
  assert.equal(await size.inputValue(), '640x480');
  await size.focus();
  await page.keyboard.press('ArrowDown');
  assert.deepEqual((await desk.json('set')).values, { size: '1280x720' });
});

test('chromium: a new camera waits to be adopted, and is then live', async (t) => {
  const house = await boot(t, { env: { EYELID_ADOPT: 'ask' } });
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  const found = page.locator('[data-new=porch]');
  await found.waitFor();
  assert.match(await found.innerText(), /Device eyelid-fakecam/);
  assert.equal(await page.locator('eyelid-player').count(), 0, 'nothing on the page asks for it');
  await goto(`${house.url}/#/camera/porch`); // a link that somebody kept shows the same
  assert.equal(await page.locator('eyelid-player').count(), 0);
  assert.deepEqual((await house.state('porch', 'asleep')).why, []);
  await goto(`${house.url}/#/`);

  await found.getByLabel('Name').fill('Front door');
  await page.keyboard.press('Enter');
  await seen(browser, 'porch', 'live');
  assert.equal(await found.count(), 0);
  assert.equal(await page.locator('[data-camera=porch] h2').innerText(), 'Front door');
  assert.equal((await house.describe('porch')).adopted, true);
  assert.equal(await page.locator(':focus').getAttribute('href'), '#/camera/porch', 'the focus went on to its card');
});

test('chromium: a new camera that went away can be forgotten', async (t) => {
  const house = await boot(t, { env: { EYELID_ADOPT: 'ask' } });
  const porch = await house.camera('porch');
  const { page, goto } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  const forget = page.locator('[data-new=porch] [data-action=forget]');
  await page.locator('[data-new=porch]').waitFor();
  assert.equal(await forget.count(), 0, 'one that is there would only come back');
  await porch.stop();
  await forget.click();
  await page.locator('[data-new=porch]').waitFor({ state: 'detached' });
  assert.equal(await house.describe('porch'), null);
  await waitFor('the focus is on the heading', () => page.evaluate(() => document.activeElement.matches('h1')));
});

test('chromium: a camera is removed after a question; one that is still connected comes back as new', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await house.camera('yard');
  await house.get('/api/v1/cameras/porch', { method: 'PATCH', body: '{"name":"Mine"}',
    headers: { 'content-type': 'application/json' } });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/porch`);
  await seen(browser, 'porch', 'live');
  await openSheet(browser);
  const ask = page.getByRole('button', { name: 'Remove camera…' });
  const dialog = page.getByRole('dialog', { name: 'Remove “Mine”?' });
  await ask.click();
  await dialog.waitFor();
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'cancel', 'the harmless button has the focus');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await browser.evaluate(() => location.hash), '#/camera/porch', 'Escape meant the question alone');
  assert.equal(await ask.evaluate((button) => button === document.activeElement), true, 'the focus is back');

  await ask.click();
  await page.locator('[data-action=remove]').click();
  await waitFor('the grid', async () => (await browser.evaluate(() => location.hash)) === '#/');
  await seen(browser, 'yard', 'live');
  await waitFor('it is back under its own name', async () => (await house.describe('porch'))?.name === 'porch');
  await seen(browser, 'porch', 'live');
});

test('chromium: a camera removed by someone else leaves the page', async (t) => {
  const house = await boot(t);
  const porch = await house.camera('porch');
  await house.camera('yard');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await porch.stop();
  await seen(browser, 'porch', 'offline');
  assert.equal((await house.get('/api/v1/cameras/porch', { method: 'DELETE' })).status, 204);
  await waitFor('its card is gone', async () => (await cardState(browser, 'porch')) === null);
  await seen(browser, 'yard', 'live');
});

test("chromium: the server's refusal is shown as a sentence", async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  const message = 'only on the machine that the server runs on';
  await page.route('**/api/v1/cameras/porch', (route) => (route.request().method() === 'DELETE'
    ? route.fulfill({ status: 403, json: { error: { code: 'not-allowed', message } } }) : route.continue()));
  await goto(`${house.url}/#/camera/porch`);
  await openSheet(browser);
  await page.locator('[data-action=remove-camera]').click();
  await page.locator('[data-action=remove]').click();
  await page.getByRole('alert').filter({ hasText: 'You may not do this' }).waitFor();
  await page.locator('[data-action=cancel]').click();
  assert.notEqual(await house.describe('porch'), null);
});

test('chromium: a network camera is added and live; what is wrong is said at its field', async (t) => {
  const webcam = await new WebcamServer().start(t);
  const house = await boot(t, { env: { EYELID_PULL_ALLOW: '127.0.0.1' } });
  await house.camera('gate');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/system`);
  await page.getByRole('button', { name: 'Add a network camera' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a network camera' });
  const field = (label) => dialog.getByLabel(new RegExp(`^${label}`));
  const said = (label, pattern) => waitFor(`${pattern} at ${label}`, async () => {
    const by = await field(label).getAttribute('aria-describedby');
    return by && pattern.test(await dialog.locator(`[id="${by}"]`).innerText());
  });
  await field('Address').fill('rtsp://127.0.0.1/stream');
  await field('Name').fill('Gate');
  await page.keyboard.press('Enter');
  await said('Address', /^Invalid camera URL: it must start with http/i);
  await field('Address').fill('127.0.0.2:81/stream');
  await page.keyboard.press('Enter');
  await said('Address', /^127\.0\.0\.2 is .*pull_allow/);
  await field('Address').fill(webcam.url.replace('http://', ''));
  await dialog.getByText('Its id: gate-2').click();
  await field('Id').fill('gate');
  await page.keyboard.press('Enter');
  await said('Id', /^A camera has this id already/);
  await field('Id').fill('gate-2');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await goto(`${house.url}/#/`);
  await seen(browser, 'gate-2', 'live');
  const { name, source, address } = await house.describe('gate-2');
  assert.deepEqual({ name, source, address }, { name: 'Gate', source: 'http', address: webcam.url });
  await page.locator('[data-camera=gate-2] .card-link').click();
  await openSheet(browser, 'device');
  const facts = page.locator('.facts');
  await facts.getByText('Network camera').waitFor();
  await facts.getByText(webcam.url).waitFor();
});

test('chromium: an address is tried before it is added, and changed afterwards', async (t) => {
  const webcam = await new WebcamServer().start(t), other = await new WebcamServer().start(t);
  const house = await boot(t, { env: { EYELID_PULL_ALLOW: '127.0.0.1' } });
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/system`);
  await page.locator('[data-action=add-camera]').click();
  const dialog = page.getByRole('dialog');
  const address = dialog.getByLabel(/^Address/);
  await address.fill(`http://127.0.0.1:${webcam.port}/nothing`);
  await page.locator('[data-action=test]').click();
  await dialog.getByText(`127.0.0.1:${webcam.port} answers 404`).waitFor();
  await address.fill(webcam.url);
  assert.equal(await dialog.locator('.wrong').count(), 0, 'that was said of another address');
  await page.locator('[data-action=test]').click();
  const preview = page.locator('[data-testid=probe]');
  await waitFor('the preview', () => preview.evaluate((image) => image.complete && image.naturalWidth === 640).catch(() => false), 15000);
  assert.deepEqual((await house.json('/api/v1/cameras')).cameras, [], 'nothing was added');
  await dialog.getByLabel('Name').fill('Gate');
  await page.locator('[data-action=add]').click();
  await dialog.waitFor({ state: 'hidden' });

  await page.locator('[data-row=gate] [data-action=edit-address]').click();
  assert.equal(await address.inputValue(), webcam.url);
  await address.fill('http://127.0.0.2/stream');
  await page.keyboard.press('Enter');
  await dialog.getByText('pull_allow in eyelid.conf can allow it').waitFor();
  await address.fill(other.url.replace('//', '//me:secret@'));
  await page.locator('[data-action=save-address]').click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'edit-address', 'the focus is back');
  await goto(`${house.url}/#/camera/gate`);
  await seen(browser, 'gate', 'live');
  await house.server.stop();
  await house.start();
  assert.equal((await house.describe('gate')).address, other.url.replace('//', '//***@'));
  await goto(`${house.url}/#/system`);
  await page.locator('[data-row=gate] [data-action=edit-address]').click();
  assert.equal(await address.inputValue(), other.url, 'what is hidden is not taken for a part of it');
});

test('chromium: the card of a camera that never delivers says why', async (t) => {
  const house = await boot(t, { env: { EYELID_START_TIMEOUT_S: '1' } });
  await device(house, 'desk', { name: 'Desk' });
  const { page, goto } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await page.locator('[data-camera=desk] .card-error').filter({ hasText: 'No usable frame within 1 s' }).waitFor();
});
