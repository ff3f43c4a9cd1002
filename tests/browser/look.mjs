// What browser tests of the page do again and again.
import { waitFor } from '../flow/harness.mjs';
import { launch } from '../lib/browsers.mjs';

export async function open(t, name, options = {}) {
  const browser = await launch(name, { headless: true, ...options });
  t.after(() => browser.close());
  return browser;
}

export const cardState = (browser, id) => browser.evaluate(
  (camera) => document.querySelector(`[data-camera="${camera}"]`)?.dataset.state ?? null, id);

export const frames = (browser, id) => browser.evaluate((camera) => {
  const player = document.querySelector(`[data-camera="${camera}"] eyelid-player`);
  return player?.stats?.frames ?? 0;
}, id);

export const seen = (browser, id, state, timeoutMs = 15000) => waitFor(`the page shows ${id} ${state}`,
  async () => (await cardState(browser, id)) === state, timeoutMs);

/** Opens the sheet of the camera that is shown, at a tab. */
export async function openSheet(browser, tab = 'settings') {
  await waitFor('the sheet', () => browser.evaluate((wanted) => {
    const button = document.querySelector(`[data-tab=${wanted}]`);
    if (!button) document.querySelector('[data-action=sheet][aria-expanded=false]')?.click();
    button?.click();
    return button?.getAttribute('aria-selected') === 'true';
  }, tab));
}
