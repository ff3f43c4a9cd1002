// People and programs that ask a server with accounts.
import assert from 'node:assert/strict';
import { boot } from '../flow/harness.mjs';

export const ACCOUNTS = { env: { EYELID_ACCESS: 'accounts', EYELID_LINGER_S: '1', EYELID_ADOPT: 'all' } };
export const PASSWORD = 'correct horse battery';
export const OTHER = 'another long password';

/** A request as one of several askers: {cookie}, {bearer}, or nothing. */
export const ask = (house, who, method, address, body) => house.get(address, {
  method,
  headers: {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(who.cookie && { cookie: `other=1; eyelid_session=${who.cookie}` }),
    ...(who.bearer && { authorization: `Bearer ${who.bearer}` }),
  },
  body: body === undefined ? undefined : JSON.stringify(body),
});
export const status = async (...args) => (await ask(...args)).status;
export const NOBODY = {};

export function cookieOf(response) {
  const set = response.headers.get('set-cookie');
  assert.match(set, /; Path=\/; HttpOnly; SameSite=Lax/);
  return { cookie: set.match(/^eyelid_session=([0-9a-f]{64});/)[1] };
}

export async function logIn(house, name, password) {
  const response = await ask(house, NOBODY, 'POST', '/api/v1/session', { name, password });
  assert.equal(response.status, 201, await response.clone().text());
  return cookieOf(response);
}

/** A server with an administrator, anna, and a camera. */
export async function bootWithAnna(t) {
  const house = await boot(t, ACCOUNTS);
  const [, token] = await house.server.says(/no administrator yet: .*#setup=([0-9a-f]{64})/);
  await house.camera('porch');
  const response = await ask(house, NOBODY, 'POST', '/api/v1/setup', { token, name: 'anna', password: PASSWORD });
  assert.equal(response.status, 201);
  // describe() of the harness shows nothing: from now on it has its own token.
  const anna = cookieOf(response);
  const made = await (await ask(house, anna, 'POST', '/api/v1/tokens', { name: 'test', role: 'viewer' })).json();
  const get = house.get.bind(house);
  house.get = (address, options = {}) => get(address, options.headers ? options
    : { ...options, headers: { authorization: `Bearer ${made.token}` } });
  return { house, anna, setup: token };
}
