// access = accounts on the page: setting up, logging in and out, users, tokens and sessions; what one may not do is
// not shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot, waitFor } from '../flow/harness.mjs';
import { totp } from '../lib/totp.mjs';
import { open, openSheet, seen } from './look.mjs';

const ACCOUNTS = { env: { EYELID_ACCESS: 'accounts', EYELID_LINGER_S: '1' } };
const PASSWORD = 'correct horse battery';

async function bootNew(t) {
  const house = await boot(t, ACCOUNTS);
  const [, token] = await house.server.says(/no administrator yet: .*?([0-9a-f]{64})/);
  return { house, token };
}

/** A JSON request, as whom the headers say. */
const post = (house, address, body, headers = {}, method = 'POST') => house.get(address, {
  method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
});

/** A server with the administrator anna; what the harness itself asks is asked with a token of hers. */
async function bootWithAnna(t) {
  const { house, token } = await bootNew(t);
  await house.camera('porch');
  await house.camera('yard');
  const made = await post(house, '/api/v1/setup', { token, name: 'anna', password: PASSWORD });
  const cookie = { cookie: made.headers.get('set-cookie').split(';')[0] };
  const { token: bearer } = await (await post(house, '/api/v1/tokens', { name: 'test', role: 'admin' }, cookie)).json();
  const get = house.get.bind(house);
  house.get = (address, options = {}) => get(address, { ...options,
    headers: { authorization: `Bearer ${bearer}`, ...options.headers } });
  return house;
}

const fill = (browser, name, value) => browser.evaluate(([field, text]) => {
  const input = document.querySelector(`form [name=${field}]`);
  input.value = text; // as a password manager does
  input.dispatchEvent(new Event('input', { bubbles: true }));
}, [name, value]);
const shows = (browser, selector) => waitFor(selector, () => browser.evaluate((s) => document.querySelector(s) !== null, selector), 15000);
const click = async (browser, selector) => {
  await shows(browser, selector);
  await browser.evaluate((s) => document.querySelector(s).click(), selector);
};

async function logIn(browser, name, password = PASSWORD) {
  await shows(browser, '[data-entry=login] form');
  await fill(browser, 'username', name);
  await fill(browser, 'password', password);
  await click(browser, '[data-action=login]');
}

for (const name of ['chromium', 'firefox']) {
  test(`${name}: the link of a fresh server makes the first administrator, whose session can be ended`, async (t) => {
    const { house, token } = await bootNew(t);
    await house.camera('porch');
    const browser = await open(t, name);
    await browser.goto(`${house.url}/#setup=${token}`);
    await shows(browser, '[data-testid=setup]');
    assert.equal(await browser.evaluate(() => location.hash), '#/setup', 'the token is not kept in the address');
    assert.equal(await browser.evaluate(() => document.querySelector('[name=token]')), null);
    await fill(browser, 'username', 'anna');
    await fill(browser, 'password', PASSWORD);
    await click(browser, '[data-action=setup]');
    await seen(browser, 'porch', 'live');
    const cookies = await house.get('/api/v1/session');
    assert.equal((await cookies.json()).needs_setup, false);

    await browser.evaluate(() => { location.hash = '#/system/account'; });
    await click(browser, '[data-action=logout]');
    await shows(browser, '[data-entry=login]');
    await logIn(browser, 'anna', 'wrong password');
    await waitFor('it is refused', () => browser.evaluate(
      () => document.querySelector('.wrong')?.textContent === 'Wrong name or password.'), 15000);
    assert.equal(await browser.evaluate(() => document.activeElement.name), 'password');
    await logIn(browser, 'anna');
    await shows(browser, '[data-session]');
    assert.equal(await browser.evaluate(() => location.hash), '#/system/account', 'where it was');
    assert.equal(await browser.evaluate(() => document.cookie), '', 'no script can read the session');
  });
}

test('chromium: this machine may watch before there is an administrator, and is led to the setup', async (t) => {
  const { house, token } = await bootNew(t);
  await house.camera('porch');
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await seen(browser, 'porch', 'live');
  await page.locator('[data-testid=setup]').click();
  const field = page.getByLabel('Setup token');
  await field.fill(token.replace(/./g, '0'));
  await page.getByLabel('Name').fill('anna');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('This is not the current setup token.').waitFor();
  assert.equal(await field.evaluate((input) => input === document.activeElement), true);
  await field.fill(token);
  await page.keyboard.press('Enter');
  await seen(browser, 'porch', 'live');
  assert.equal(await page.locator('[data-testid=setup]').count(), 0);
});

test('chromium: fields are named as password managers expect', async (t) => {
  const house = await bootWithAnna(t);
  const { page, goto } = await open(t, 'chromium');
  await goto(`${house.url}/`);
  await page.locator('[data-entry=login]').waitFor();
  const fields = () => page.locator('form input:not([hidden])').evaluateAll(
    (list) => list.map(({ name, type, autocomplete }) => [name, type, autocomplete]));
  assert.deepEqual(await fields(), [['username', 'text', 'username'], ['password', 'password', 'current-password']]);
  assert.equal(await page.locator(':focus').getAttribute('name'), 'username');
  await page.keyboard.type('anna');
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=grid]').waitFor();
  await goto(`${house.url}/#/system/account`);
  await page.locator('[data-testid=password]').waitFor();
  assert.deepEqual(await fields(), [['password', 'password', 'current-password'], ['new-password', 'password', 'new-password']]);
});

test('chromium: a session that ends leads to the login, and back', async (t) => {
  const house = await bootWithAnna(t);
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/camera/porch`);
  await logIn({ ...browser }, 'anna');
  await seen(browser, 'porch', 'live');
  const { sessions } = await house.json('/api/v1/sessions');
  for (const { id } of sessions) await post(house, `/api/v1/sessions/${id}`, undefined, {}, 'DELETE');
  await page.locator('[data-entry=login]').waitFor();
  assert.equal(await page.locator('[data-camera]').count(), 0, 'nothing of it is left on the page');
  assert.equal(await page.locator('[data-connection]').count(), 0, 'and no connection is tried');
  await logIn({ ...browser }, 'anna');
  await seen(browser, 'porch', 'live');
  assert.equal(await browser.evaluate(() => location.hash), '#/camera/porch');
  assert.equal(await browser.evaluate(() => document.activeElement !== document.body), true);
});

test('chromium: actions that are not allowed are not shown', async (t) => {
  const house = await bootWithAnna(t);
  for (const [name, role, cameras] of [['vera', 'viewer', null], ['nina', 'operator', ['porch']]])
    await post(house, '/api/v1/users', { name, password: PASSWORD, role, cameras });
  const { page, goto, ...browser } = await open(t, 'chromium');
  const has = (action) => page.locator(`[data-action=${action}]`).count();
  await goto(`${house.url}/`);
  await logIn({ ...browser }, 'vera');
  await seen(browser, 'yard', 'live');
  await page.locator('[data-action=view]').click();
  assert.equal(await has('arrange'), 0);
  await page.keyboard.press('Escape');
  await goto(`${house.url}/#/camera/porch`);
  await openSheet(browser, 'device');
  assert.deepEqual(await page.getByRole('tab').allInnerTexts(), ['Device', 'Share']);
  await goto(`${house.url}/#/system`);
  await page.locator('[data-row=porch]').waitFor();
  assert.deepEqual([await has('add-camera'), await has('remove-camera')], [0, 0]);
  assert.deepEqual(await page.getByRole('navigation', { name: 'System' }).getByRole('link').allInnerTexts(), ['System', 'Account']);
  await goto(`${house.url}/#/system/account`);
  await page.locator('[data-action=logout]').click();

  await logIn({ ...browser }, 'nina');
  await goto(`${house.url}/#/`);
  await seen(browser, 'porch', 'live');
  assert.equal(await page.locator('[data-camera]').count(), 1, 'the other camera does not exist to her');
  await goto(`${house.url}/#/camera/porch`);
  await openSheet(browser, 'settings');
  assert.equal(await has('remove-camera'), 0);
  assert.equal(await page.locator('#camera-name').count(), 1);
});

test('chromium: users are added, narrowed, changed and removed', async (t) => {
  const house = await bootWithAnna(t);
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/system/users`);
  await logIn({ ...browser }, 'anna');
  await page.locator('[data-user=anna]').waitFor();
  assert.equal(await page.locator('[data-user=anna] [data-action=ask-remove-user]').count(), 0, 'not oneself');
  const dialog = page.getByRole('dialog');
  await page.locator('[data-action=add-user]').click();
  await dialog.getByLabel('Name', { exact: true }).fill('ben');
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByLabel('All cameras').uncheck();
  await page.keyboard.press('Enter');
  await dialog.getByText('Choose at least one camera.').waitFor();
  await dialog.getByLabel('yard').check();
  await page.locator('[data-action=save]').click();
  const ben = page.locator('[data-user=ben]');
  await ben.waitFor();
  assert.match(await ben.innerText(), /Viewer · yard/);
  const users = async () => (await house.json('/api/v1/users')).users.find(({ name }) => name === 'ben');
  assert.deepEqual(await users(), { name: 'ben', role: 'viewer', cameras: ['yard'], totp: false });
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'add-user', 'the focus is back');

  await ben.locator('[data-action=edit-user]').click();
  await dialog.getByLabel('Operator').check();
  await dialog.getByLabel('All cameras').check();
  await page.locator('[data-action=save]').click();
  await waitFor('he is an operator', async () => (await users()).role === 'operator');
  assert.equal((await users()).cameras, null);
  assert.equal((await post(house, '/api/v1/session', { name: 'ben', password: PASSWORD })).status, 201, 'the password stays');

  await ben.locator('[data-action=ask-remove-user]').click();
  await dialog.waitFor();
  assert.equal(await page.locator(':focus').getAttribute('data-action'), 'cancel');
  await page.locator('[data-action=remove-user]').click();
  await ben.waitFor({ state: 'detached' });
  assert.equal(await page.locator(':focus').evaluate((element) => element.tagName), 'H1');
});

test('chromium: a token is shown once, works, and is revoked; a share link', async (t) => {
  const house = await bootWithAnna(t);
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/system/tokens`);
  await logIn({ ...browser }, 'anna');
  await page.locator('[data-action=add-token]').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('dashboard');
  await dialog.getByLabel('Expires').selectOption('30');
  await page.locator('[data-action=make-token]').click();
  const secret = await page.locator('[data-testid=secret] code').innerText();
  const status = async () => {
    const response = await fetch(`${house.url}/api/v1/cameras`, { headers: { authorization: `Bearer ${secret}` } });
    return response.status;
  };
  assert.equal(await status(), 200);
  await page.locator('[data-action=close]').click();
  const row = page.locator('[data-token=dashboard]');
  await row.waitFor();
  assert.match(await row.innerText(), /Viewer · All cameras .* until /);
  assert.equal((await page.content()).includes(secret), false, 'it is nowhere on the page any more');
  await row.locator('[data-action=ask-remove-token]').click();
  await page.locator('[data-action=remove-token]').click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await status(), 401);

  // A share link: made at the camera, watched without an account, ended in the list.
  await goto(`${house.url}/#/camera/porch`);
  await openSheet(browser, 'share');
  await page.locator('[data-action=make-link]').click();
  const link = await page.locator('[data-testid=link] code').innerText();
  assert.match(link, new RegExp(`^${house.url}/view\\.html#share=[0-9a-f]{64}$`));
  await page.context().clearCookies();
  await goto(link);
  const plays = () => page.evaluate(() => {
    const [video, image] = [document.querySelector('video'), document.querySelector('img')];
    return (video?.videoWidth ?? 0) > 0 || (image?.naturalWidth ?? 0) > 0;
  });
  await waitFor('the camera is seen', plays, 15000);
  assert.match(await page.locator('p').innerText(), /^porch · until /);
  assert.equal(await page.locator('button, a, input').count(), 0, 'a picture and no controls');
  const [{ id }] = (await house.json('/api/v1/shares')).shares;
  await post(house, `/api/v1/shares/${id}`, undefined, {}, 'DELETE');
  await page.getByText('This link has ended.').waitFor();
});

test('chromium: another session is ended, and a new password ends all others; a second factor', async (t) => {
  const house = await bootWithAnna(t);
  const { page, goto, ...browser } = await open(t, 'chromium');
  await goto(`${house.url}/#/system/account`);
  await logIn({ ...browser }, 'anna');
  await page.getByText('this device').waitFor();
  const other = page.locator('[data-action=end-session]');
  assert.equal(await other.count(), 1, 'the one that the setup began');
  await other.click();
  await waitFor('it has ended', async () => (await house.json('/api/v1/sessions')).sessions.length === 1);
  await page.getByLabel('Current password').fill('not the password');
  await page.getByLabel('New password').fill('another long password');
  await page.locator('[data-action=change-password]').click();
  await page.getByText('The current password is wrong.').waitFor();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.locator('[data-action=change-password]').click();
  await waitFor('the new password is stored', () => browser.evaluate(
    () => document.querySelector('[name=new-password]')?.value === ''));
  assert.equal((await post(house, '/api/v1/session', { name: 'anna', password: PASSWORD })).status, 401);
  assert.equal((await post(house, '/api/v1/session', { name: 'anna', password: 'another long password' })).status, 201);
  await page.locator('[data-session]').first().waitFor();
  assert.equal(await page.locator('[data-entry]').count(), 0, 'this one goes on');

  // A second factor: set up, asked for, turned off.
  const dialog = page.getByRole('dialog');
  await page.locator('[data-action=ask-second]').click();
  await dialog.locator('svg.qr').waitFor();
  const secret = await dialog.locator('.copy code').innerText();
  const recovery = await dialog.locator('[data-testid=recovery] li').allInnerTexts();
  assert.equal(recovery.length, 10);
  await dialog.locator('[name=code]').fill('12345');
  await dialog.locator('[name=password]').fill('another long password');
  await page.keyboard.press('Enter');
  await dialog.getByText('The code is wrong, or was used before.').waitFor();
  assert.equal(await page.locator(':focus').getAttribute('name'), 'code');
  await dialog.locator('[name=code]').fill(totp(secret));
  await page.keyboard.press('Enter');
  await page.getByText('On. 10 recovery codes are left.').waitFor();
  assert.equal((await page.content()).includes(secret), false, 'it is nowhere on the page any more');
  await page.locator('[data-action=logout]').click();
  await logIn({ ...browser }, 'anna', 'another long password');
  await page.locator('[data-entry=login] [name=code]').waitFor();
  assert.equal(await page.locator(':focus').getAttribute('name'), 'code');
  await page.keyboard.type('000');
  await page.keyboard.press('Enter');
  await page.getByText('The code is wrong, or was used before.').waitFor();
  await page.locator('[name=code]').fill(recovery[0]);
  await page.keyboard.press('Enter');
  await page.getByText('On. 9 recovery codes are left.').waitFor();
  await page.locator('[data-action=ask-no-second]').click();
  await dialog.locator('[name=password]').fill('another long password');
  await page.keyboard.press('Enter');
  await page.locator('[data-action=ask-second]').waitFor();
});
