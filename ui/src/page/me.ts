// The current principal, as known by the server. Actions that are not allowed are not shown; the
// server would refuse them anyway.
import { computed, effect, signal } from '@preact/signals';
import type { Me, Role } from '../live/rest';
import { live } from '../live/shared';
import { rest } from './server';
import { route } from './shell/route';
import { connection } from './store';

const RANKS: readonly Role[] = ['none', 'viewer', 'operator', 'admin'];

export const me = signal<Me | null>(null); // null: unknown yet

const hasRole = (needs: Role): boolean =>
  me.value !== null && RANKS.indexOf(me.value.role) >= RANKS.indexOf(needs);

// On at least one camera.
export const maySome = hasRole;

// On the server as a whole, which users limited to some cameras cannot have.
export const may = (needs: Role): boolean => hasRole(needs) && me.value?.cameras === null;

export const mayOn = (needs: Role, camera: string): boolean =>
  hasRole(needs) && (me.value?.cameras?.includes(camera) ?? true);

async function ask(): Promise<void> {
  const next = await rest.session().catch(() => null); // a lost connection is shown elsewhere
  if (!next) return;
  if (JSON.stringify(next) !== JSON.stringify(me.value)) me.value = next;
  if (next.role === 'none') live.hold();
  else live.release();
}

// One request at a time, so that the last answer is the newest, and none is made between the end of
// an old session and the cookie of a new one.
let last: Promise<unknown> = Promise.resolve();
export function inTurn(what: () => Promise<void>): Promise<void> {
  const done = last.then(what);
  last = done.catch(() => {});
  return done;
}

export const learn = (): Promise<void> => inTurn(ask);

// What is shown instead of the requested area until the user has logged in.
export const entry = computed((): 'login' | 'setup' | null => {
  const { area } = route.value;
  if (!me.value) return null;
  const { role, principal, needs_setup: needsSetup } = me.value;
  if (needsSetup && (area === 'setup' || role === 'none')) return 'setup';
  if (role === 'none' || (area === 'login' && principal === 'anyone')) return 'login';
  return null;
});

// The session may have ended while there was no connection; the server then closes the new one.
effect(() => {
  if (connection.value.state === 'waiting') void learn();
});
rest.refused = () => void learn();
void learn();
