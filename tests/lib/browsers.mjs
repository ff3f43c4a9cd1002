// One face over Chromium (playwright-core), Firefox (puppeteer-core, WebDriver BiDi) and WebKitGTK (WebKitWebDriver,
// W3C WebDriver), all from Debian's packages. Browser tests and the glass-to-glass measurement use it.
//
//   const b = await launch('chromium', {headless: true});
//   await b.goto(url); await b.evaluate(() => document.title); await b.close();
//
// Without `headless` the browser runs full-screen on its own Xvfb, whose framebuffer is the file b.framebuffer.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './ports.mjs';
import { processTree } from './processes.mjs';
import { sleep, waitFor } from './wait.mjs';

export const SCREEN = { width: 1280, height: 900 };

const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--no-proxy-server',
  '--disable-domain-reliability', '--disable-default-apps', '--no-pings',
];

// Nothing of Firefox's own may go to the network, and media may play.
const FIREFOX_PREFS = {
  'media.autoplay.default': 0,
  'media.gmp-manager.url': '', 'media.gmp-manager.updateEnabled': false, 'media.gmp-provider.enabled': false,
  'app.update.enabled': false, 'app.update.auto': false, 'app.normandy.enabled': false,
  'app.shield.optoutstudies.enabled': false, 'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.safebrowsing.malware.enabled': false, 'browser.safebrowsing.phishing.enabled': false,
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'datareporting.healthreport.uploadEnabled': false, 'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.server': '', 'extensions.update.enabled': false, 'browser.region.network.url': '',
  'browser.newtabpage.enabled': false, 'browser.shell.checkDefaultBrowser': false, 'services.settings.server': '',
  'network.proxy.type': 0, 'network.dns.disablePrefetch': true, 'network.prefetch-next': false,
  'browser.aboutHomeSnippets.updateUrl': '', 'network.http.speculative-parallel-limit': 0,
};

async function startScreen(dir) {
  const number = 100 + (process.pid % 20000) + Math.floor(Math.random() * 20000);
  const child = spawn('Xvfb', [`:${number}`, '-screen', '0', `${SCREEN.width}x${SCREEN.height}x24`, '-fbdir', dir,
    '-nolisten', 'tcp', '-ac'], { stdio: 'ignore' });
  await waitFor('Xvfb', () => fs.existsSync(`/tmp/.X11-unix/X${number}`), 15000);
  return { display: `:${number}`, framebuffer: path.join(dir, 'Xvfb_screen0'), stop: () => child.kill() };
}

async function launchChromium({ dir, env, headless, flags }) {
  const { chromium } = await import('playwright-core');
  const context = await chromium.launchPersistentContext(dir, {
    executablePath: '/usr/bin/chromium', headless, env, viewport: null,
    args: [...CHROMIUM_FLAGS, ...flags, `--window-size=${SCREEN.width},${SCREEN.height}`,
      ...(headless ? [] : ['--kiosk', '--window-position=0,0'])],
  });
  const page = context.pages()[0] ?? await context.newPage();
  return {
    page, context,
    goto: (url) => page.goto(url, { waitUntil: 'commit' }),
    evaluate: (f, arg) => page.evaluate(f, arg),
    screenshot: (file) => page.screenshot({ path: file }),
    stop: () => context.close(),
  };
}

async function launchFirefox({ dir, env, headless }) {
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless, userDataDir: dir, defaultViewport: null,
    env: { ...env, MOZ_DISABLE_CONTENT_SANDBOX: '1', MOZ_CRASHREPORTER_DISABLE: '1',
      MOZ_HEADLESS_WIDTH: `${SCREEN.width}`, MOZ_HEADLESS_HEIGHT: `${SCREEN.height}` },
    args: headless ? [] : ['--kiosk'], extraPrefsFirefox: FIREFOX_PREFS,
  });
  const page = (await browser.pages())[0] ?? await browser.newPage();
  return {
    page,
    goto: (url) => page.goto(url, { waitUntil: 'domcontentloaded' }),
    evaluate: (f, arg) => page.evaluate(f, arg),
    screenshot: (file) => page.screenshot({ path: file }),
    stop: () => browser.close(),
  };
}

function webdriver(port) {
  return (method, address, body) => new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: address, method,
      headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('end', () => {
        const { value } = JSON.parse(text);
        if (value?.error) reject(new Error(`${value.error}: ${value.message}`));
        else resolve(value);
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const MINIBROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

async function launchWebkit({ env }) {
  const port = await freePort();
  const driver = spawn('dbus-run-session', ['--', 'WebKitWebDriver', `--port=${port}`, '--host=127.0.0.1'], {
    detached: true, stdio: 'ignore',
    env: { ...env, WEBKIT_DISABLE_DMABUF_RENDERER: '1', LIBGL_ALWAYS_SOFTWARE: '1' },
  });
  const call = webdriver(port);
  await waitFor('WebKitWebDriver', () => call('GET', '/status').then(() => true, () => false), 15000);
  const session = await call('POST', '/session', { capabilities: { alwaysMatch: { pageLoadStrategy: 'none',
    'webkitgtk:browserOptions': { binary: MINIBROWSER,
      args: ['--automation', `--geometry=${SCREEN.width}x${SCREEN.height}`] } } } });
  const base = `/session/${session.sessionId}`;
  await call('POST', `${base}/timeouts`, { script: 120000, pageLoad: 60000 });
  await call('POST', `${base}/window/rect`, { x: 0, y: 0, ...SCREEN }).catch(() => {});
  return {
    pid: driver.pid,
    async goto(url) {
      await call('POST', `${base}/url`, { url });
      await waitFor(url, () => call('POST', `${base}/execute/sync`,
        { script: 'return location.href === arguments[0] && !!document.body', args: [url] }).catch(() => false), 15000);
    },
    async evaluate(f, arg = null) {
      const script = `const done = arguments[1];
        Promise.resolve((${f})(arguments[0])).then((v) => done({v}), (e) => done({e: String(e)}));`;
      const result = await call('POST', `${base}/execute/async`, { script, args: [arg] });
      if (result?.e) throw new Error(result.e);
      return result?.v;
    },
    async screenshot(file) {
      fs.writeFileSync(file, Buffer.from(await call('GET', `${base}/screenshot`), 'base64'));
    },
    async stop() {
      await call('DELETE', base).catch(() => {});
      for (const { pid } of processTree(driver.pid)) try { process.kill(pid); } catch { /* gone */ }
    },
  };
}

const LAUNCHERS = { chromium: launchChromium, firefox: launchFirefox, webkit: launchWebkit };

export async function launch(name, { headless = false, flags = [] } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-browser-'));
  const screen = headless ? null : await startScreen(dir);
  const env = { ...process.env, HOME: dir, XDG_RUNTIME_DIR: dir, NO_AT_BRIDGE: '1' };
  delete env.DBUS_SESSION_BUS_ADDRESS;
  delete env.DISPLAY;
  if (screen) env.DISPLAY = screen.display;
  const before = new Set(processTree(process.pid).map((p) => p.pid));
  const browser = await LAUNCHERS[name]({ dir: path.join(dir, 'profile'), env, headless, flags });
  return {
    ...browser, name, framebuffer: screen?.framebuffer,
    // CPU of all processes that the browser brought, in seconds.
    cpuSeconds: () => processTree(process.pid).filter((p) => !before.has(p.pid))
      .reduce((sum, p) => sum + p.ticks / 100, 0),
    async close() {
      await browser.stop().catch(() => {});
      screen?.stop();
      await sleep(200);
      fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
