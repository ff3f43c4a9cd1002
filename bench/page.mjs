// (p) The page in Chromium: the pictures' share of the window, the first live frame, what many tiles cost, how soon it
// tells the truth, and what each area weighs.
import * as proc from '../tests/lib/proc.mjs';
import { launch } from '../tests/lib/browsers.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { row } from './sections.mjs';

const SIZES = [[320, 568], [390, 844], [844, 390], [1366, 768], [2560, 1440]];
const RATIO = 4 / 3, TILES = 20, TILES_FPS = 10;

/** Runs in every page: when (ms since the navigation) an element that matches a selector was there first. */
function noteFirst() {
  globalThis.first = (selector) => new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector(selector)) return;
      watch.disconnect();
      resolve(performance.now());
    };
    const watch = new MutationObserver(look);
    watch.observe(document, { subtree: true, childList: true, attributes: true });
    look();
  });
}

/** Runs in the page: pixels that pictures of a ratio cover, and pixels of the window. */
function covered(ratio) {
  const pictures = [...document.querySelectorAll('eyelid-player')].reduce((sum, player) => {
    const { width, height } = player.getBoundingClientRect();
    return sum + Math.min(width, height * ratio) * Math.min(height, width / ratio);
  }, 0);
  const allowed = Math.min(innerWidth, innerHeight * ratio) * Math.min(innerHeight, innerWidth / ratio);
  return { ofWindow: pictures / (innerWidth * innerHeight), ofAllowed: pictures / allowed };
}

const live = (id) => `[data-camera="${id}"][data-state=live]`;
const first = (page, selector) => page.evaluate((s) => globalThis.first(s), selector);

/** Runs a task with a server and a Chromium of its own. */
async function withPage(config, task) {
  const server = await proc.startServer(config);
  const browser = await launch('chromium', { headless: true });
  const cameras = [];
  try {
    await browser.page.addInitScript(noteFirst);
    const visit = async (address) => {
      await browser.page.goto('about:blank'); // else a new hash is no new page
      await browser.page.goto(server.url + address, { waitUntil: 'commit' });
    };
    const start = (...args) => {
      const camera = proc.startCamera(server, '--size', '640x480', ...args);
      cameras.push(camera);
      return camera;
    };
    return await task({ server, browser, page: browser.page, visit, start });
  } finally {
    await browser.close();
    for (const camera of cameras) await proc.stop(camera);
    await server.close();
  }
}

function shares() {
  return withPage('', async ({ page, visit, start, server }) => {
    const rows = [];
    start('--id', 'cam-0', '--fps', 10);
    await proc.inState(server.url, 'cam-0', ['asleep']);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      const onItsSide = width > height && height < 400;
      for (const [name, address] of [['wall of one', '/#/'], ['one camera', '/#/camera/cam-0']]) {
        await visit(address);
        await first(page, live('cam-0'));
        const { ofAllowed } = await page.evaluate(covered, RATIO);
        rows.push(row(`${name} at ${width}x${height}, of what 4:3 allows`, 100 * ofAllowed, '%', { min: onItsSide ? 95 : 90 }));
      }
    }
    start('--id', 'cam', '--cameras', 9, '--fps', 10);
    await proc.inState(server.url, 'cam-9', ['asleep', 'awake']);
    await visit('/#/');
    for (let n = 0; n <= 9; n++) await first(page, live(`cam-${n}`));
    const { ofWindow } = await page.evaluate(covered, RATIO);
    rows.push(row('ten cameras at 2560x1440, of the window', 100 * ofWindow, '%', { min: 85 }));
    return rows;
  });
}

/** From the start of the navigation, the camera being asleep. */
function firstFrames(repeats) {
  return withPage('linger_s = 0\n', async ({ page, visit, start, server }) => {
    const times = [];
    start('--id', 'cam', '--fps', 30);
    for (let n = 0; n <= repeats; n++) {
      await page.goto('about:blank');
      await proc.inState(server.url, 'cam', ['asleep']);
      await visit('/#/camera/cam');
      const ms = await first(page, 'eyelid-player[data-frames]:not([data-frames="0"])');
      if (n > 0) times.push(ms); // the first visit fills the browser's cache
    }
    return [row('first live frame from asleep p50', proc.quantile(times, 0.5), 'ms', { max: 350 }),
      row('first live frame from asleep p95', proc.quantile(times, 0.95), 'ms')];
  });
}

function tiles(seconds) {
  return withPage('max_cameras = 32\n', async ({ browser, page, visit, start, server }) => {
    const cpu = async () => {
      const before = browser.cpuSeconds();
      await sleep(seconds * 1000);
      return (100 * (browser.cpuSeconds() - before)) / seconds;
    };
    start('--id', 'cam', '--cameras', TILES, '--fps', TILES_FPS);
    await proc.inState(server.url, `cam-${TILES}`, ['asleep']);
    await page.setViewportSize({ width: 1920, height: 1080 });
    await visit('/#/');
    for (let n = 1; n <= TILES; n++) await first(page, live(`cam-${n}`));
    await sleep(5000); // until each tile has the size of picture that it asked for
    const watching = await cpu();
    await page.locator('[data-action=pause]').click();
    await first(page, `[data-camera="cam-${TILES}"][data-state=paused]`);
    await sleep(2000);
    return [row(`${TILES} live VGA tiles at ${TILES_FPS} fps, CPU of the whole browser`, watching, '% of a core'),
      row(`${TILES} paused tiles, CPU of the whole browser`, await cpu(), '% of a core', { max: 1 })];
  });
}

/** What is done to the server or a camera, and the time (ms) until the page says it. */
async function said(page, selector, act) {
  const told = page.evaluate(async (s) => performance.timeOrigin + await globalThis.first(s), selector);
  await page.evaluate(() => 0); // the observer is in place
  const from = performance.timeOrigin + performance.now();
  act();
  return await told - from;
}

function truth(repeats) {
  return withPage('', async ({ page, visit, start, server }) => {
    const unplugged = [];
    await visit('/#/');
    for (let n = 1; n <= repeats; n++) {
      const id = `cam-${n}`;
      const camera = start('--id', id, '--fps', 10);
      await first(page, live(id));
      unplugged.push(await said(page, `[data-camera="${id}"][data-state=offline]`, () => camera.kill('SIGKILL')));
    }
    start('--id', 'last', '--fps', 10);
    await first(page, live('last'));
    await sleep(1500); // past the quick pings of the start
    const frozen = await said(page, '[data-connection=silent]', () => server.child.kill('SIGSTOP'));
    server.child.kill('SIGCONT');
    await first(page, '[data-connection=connected]');
    await first(page, live('last'));
    return [row('camera unplugged, said after, p50', proc.quantile(unplugged, 0.5), 'ms', { max: 100 }),
      row('server frozen, said after', frozen, 'ms', { max: 3000 })];
  });
}

/** Each time another server, which is killed. */
async function serversGone(repeats) {
  const times = [];
  for (let n = 0; n < repeats; n++) {
    times.push(await withPage('', async ({ page, visit, start, server }) => {
      start('--id', 'cam', '--fps', 10);
      await visit('/#/');
      await first(page, live('cam'));
      return said(page, '[data-connection=waiting]', () => server.child.kill('SIGKILL'));
    }));
  }
  return [row('server gone, said after, p50', proc.quantile(times, 0.5), 'ms', { max: 100 })];
}

/** Scripts and styles as the server compresses them. The live page is what index.html names, and an area all that a
 * visit to it adds. */
function weights() {
  return withPage('', async ({ page, visit, server }) => {
    const html = await (await fetch(`${server.url}/`)).text();
    const atOnce = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((match) => match[1]);
    const loaded = async () => {
      await page.waitForLoadState('networkidle');
      return page.evaluate(() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .map(({ name, entryType, encodedBodySize }) => ({ bytes: encodedBodySize,
          name: entryType === 'navigation' ? '' : /\/(assets\/[^?]*\.(?:js|css))$/.exec(name)?.[1] })));
    };
    const kb = (list) => list.reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
    const ofLive = ({ name }) => name === '' || atOnce.includes(name);
    await visit('/');
    await page.locator('.welcome').waitFor();
    const rows = [row('live page, gzip', kb((await loaded()).filter(ofLive)), 'KB', { max: 45 })];
    for (const area of ['archive', 'schedules', 'films', 'system', 'system/users', 'system/tokens']) {
      await visit(`/#/${area}`);
      await page.locator('h1').waitFor();
      const own = (await loaded()).filter((file) => file.name && !ofLive(file));
      rows.push(row(`#/${area}, gzip, beyond the live page`, kb(own), 'KB', { max: 60 }));
    }
    return rows;
  });
}

export async function page({ seconds, repeats = 15 }) {
  return [...await shares(), ...await firstFrames(repeats), ...await tiles(seconds), ...await truth(5),
    ...await serversGone(5), ...await weights()];
}
