// The player in real browsers: every way of delivery decodes real frames and shows the circle move.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { boot, sleep, temporaryFolder, waitFor } from '../flow/harness.mjs';
import { launch } from '../lib/browsers.mjs';
import { openSheet } from './look.mjs';
import { circle, colour, readPicture } from './screen.mjs';

const WAYS = {
  chromium: ['webcodecs', 'worker', 'mse', 'jpeg'],
  firefox: ['worker', 'mse', 'jpeg'],
  webkit: ['worker', 'mse', 'jpeg'],
};

export async function open(t, name, options = {}) {
  const browser = await launch(name, { headless: name !== 'webkit', ...options });
  t.after(() => browser.close());
  return browser;
}

const stats = (browser) => browser.evaluate(() => {
  const s = document.querySelector('eyelid-player')?.stats;
  return s ? { delivery: s.delivery, state: s.state, frames: s.frames, latencyMs: s.latencyMs } : null;
});

const remembered = (browser) => browser.evaluate(() => localStorage.getItem('eyelid.delivery'));

/** Opens the page until it plays by MSE, because of this: a first frame that is late, on a busy machine, steps down. */
async function playByMse(browser, address, wanted = '') {
  for (let tries = 1; ; tries++) {
    await browser.goto(address);
    await waitFor('plays', async () => (await stats(browser))?.frames > 10, 20000);
    const { delivery } = await stats(browser);
    const reason = await browser.evaluate(() => document.querySelector('eyelid-player').dataset.reason ?? '');
    if (delivery === 'mse' && reason === wanted) return;
    assert.ok(tries < 4, `plays by ${delivery}, ${reason}`);
    await browser.evaluate(() => localStorage.removeItem('eyelid.delivery'));
  }
}

const picture = (browser, width = 160) => waitFor('a picture', () => browser.evaluate(readPicture, width), 15000);

/** A site at another port; what it serves besides its page. */
async function site(t, page, files = {}) {
  const server = http.createServer((request, response) => {
    const body = files[request.url];
    response.setHeader('content-type', body ? 'text/javascript' : 'text/html').end(body ?? `<!doctype html>${page}`);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

test('a page at another port shows a camera by each way of delivery', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '320x240' });
  const there = await site(t, `<script type="module" src="${house.url}/player.js"></script>
    <eyelid-player camera="porch" style="display:block;width:320px;height:240px"></eyelid-player>`);
  const browser = await open(t, 'chromium');
  for (const way of WAYS.chromium) {
    await browser.goto(`${there}/?delivery=${way}`);
    await waitFor(`plays by ${way}`, async () => (await stats(browser))?.frames > 5, 20000);
    assert.equal((await stats(browser)).delivery, way);
  }
});

// As the pages of 3D printers play: Mainsail reads the multipart answer of fetch(), a part by its Content-Length;
// Fluidd has an <img> of the stream and one of snapshots, and plays HLS by hls.js.
const PRINTER_PAGE = (camera) => `<script src="/hls.js"></script><video muted autoplay></video>
 <img id="stream" src="${camera}/webcam/?action=stream"><img id="snapshot"><script>
  const snapshot = document.getElementById('snapshot');
  window.snapshots = 0; window.parts = 0;
  snapshot.onload = () => { window.snapshots++; next(); };
  const next = () => { snapshot.src = '${camera}/webcam/?action=snapshot&cacheBust=' + performance.now(); };
  next();
  const player = new Hls();
  player.loadSource('${camera}/hls/porch/index.m3u8');
  player.attachMedia(document.querySelector('video'));
  (async () => {
    const reader = (await fetch('${camera}/webcam/?action=stream', { mode: 'cors' })).body.getReader();
    let head = '', left = 0;
    for (;;) {
      const { value } = await reader.read();
      for (let i = 0; i < value.length;) {
        if (left > 0) { const n = Math.min(left, value.length - i); i += n; left -= n; if (!left) window.parts++; continue; }
        head += String.fromCharCode(value[i++]);
        const length = /content-length: *(\\d+)[^]*\\r\\n\\r\\n$/i.exec(head);
        if (length) { left = +length[1]; head = ''; }
      }
    }
  })();
  </script>`;

test('chromium: a printer\'s page at another port shows the camera by its own players', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { size: '320x240', fps: 15 });
  const hls = fs.readFileSync(createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js'));
  const there = await site(t, PRINTER_PAGE(house.url), { '/hls.js': hls });
  const browser = await open(t, 'chromium');
  await browser.goto(there);
  const shown = () => browser.evaluate(() => ({ parts: window.parts, snapshots: window.snapshots,
    stream: document.getElementById('stream')?.naturalWidth,
    decoded: document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames }));
  await waitFor('all four show pictures', async () => {
    const { parts, snapshots, stream, decoded } = await shown();
    return parts > 5 && snapshots > 2 && stream === 320 && decoded > 5;
  }, 30000).catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify(await shown())}`); });
});

for (const [name, ways] of Object.entries(WAYS)) {
  test(`${name}: each way of delivery shows the circle move`, async (t) => {
    const house = await boot(t);
    await house.camera('porch', { size: '640x480' });
    const browser = await open(t, name);
    for (const way of ways) {
      await browser.goto(`${house.url}/view.html?camera=porch&delivery=${way}&w=640&h=480`);
      await waitFor(`${name} plays by ${way}`, async () => {
        const s = await stats(browser);
        return s?.state === 'live' && s.frames > 10;
      }, 20000);
      assert.equal((await stats(browser)).delivery, way);
      const before = circle(await picture(browser));
      assert.ok(before, 'the circle is in the picture');
      await waitFor('the circle moves', async () => {
        const after = circle(await picture(browser));
        return after && Math.hypot(after.x - before.x, after.y - before.y) > 0.02;
      });
    }
  });
}

// SMPTE bars: what a browser must show for them, in RGB. Left to right, at three quarters of full amplitude.
const BARS = [[180, 180, 180], [180, 180, 16], [16, 180, 180], [16, 180, 16], [180, 16, 180], [180, 16, 16],
  [16, 16, 180]];
const TOLERANCE = 18;

function bars(folder, size) {
  const file = path.join(folder, `bars-${size}.mjpeg`);
  execFileSync('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', `smptebars=size=${size}:rate=5:duration=2`,
    '-pix_fmt', 'yuvj422p', '-q:v', '2', '-f', 'mjpeg', file]);
  return file;
}

test('chromium: colour bars come out right, small and large', async (t) => {
  const house = await boot(t);
  const folder = temporaryFolder(t);
  const browser = await open(t, 'chromium');
  for (const size of ['640x480', '1280x720']) {
    const id = `bars-${size}`;
    await house.camera(id, { size, fps: 10, args: ['--from', bars(folder, size)] });
    for (const way of ['webcodecs', 'mse', 'jpeg']) {
      await browser.goto(`${house.url}/view.html?camera=${id}&delivery=${way}`);
      await waitFor(`${way} plays`, async () => (await stats(browser))?.frames > 5, 15000);
      const shown = await picture(browser, 280);
      assert.deepEqual([shown[3], shown[4]], size.split('x').map(Number));
      BARS.forEach((wanted, i) => {
        const got = colour(shown, (i + 0.5) / BARS.length, 0.3);
        const off = Math.max(...got.map((v, c) => Math.abs(v - wanted[c])));
        assert.ok(off <= TOLERANCE, `${size} ${way} bar ${i}: ${got} instead of ${wanted}`);
      });
    }
  }
});

test('chromium: pictures that H.264 cannot hold are shown as JPEG, and the page says so', async (t) => {
  const house = await boot(t);
  await house.camera('wide', { size: '4096x3000', fps: 5 });
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/#/camera/wide`);
  await waitFor('a live picture', async () => {
    const s = await stats(browser);
    return s?.state === 'live' && s.delivery === 'jpeg' && s.frames > 3;
  }, 30000);
  assert.ok(circle(await picture(browser)), 'the circle is in the picture');
  await openSheet(browser, 'device');
  await waitFor('the page says why', () => browser.evaluate(() =>
    document.body.innerText.includes('H.264 cannot have 4096 × 3000 pixels')));
  await sleep(6000); // large pictures come late: that is nothing against this browser's H.264
  assert.equal(await remembered(browser), null);
});

test('firefox: whose WebCodecs shows wrong colours, plays by MSE unless told otherwise', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const browser = await open(t, 'firefox');
  await playByMse(browser, `${house.url}/view.html?camera=porch`, 'worker: colours');
});

test('chromium: live again after the connection stalled', async (t) => {
  const house = await boot(t);
  const camera = await house.camera('porch');
  const browser = await open(t, 'chromium');
  for (const way of ['webcodecs', 'mse']) {
    await browser.goto(`${house.url}/view.html?camera=porch&delivery=${way}`);
    await waitFor('plays', async () => (await stats(browser))?.frames > 10, 15000);
    camera.child.kill('SIGSTOP');
    await waitFor('noticed', async () => (await stats(browser)).state !== 'live', 8000);
    camera.child.kill('SIGCONT');
    await waitFor('live again', async () => {
      const s = await stats(browser);
      return s.state === 'live' && s.latencyMs < 300;
    }, 10000);
  }
});

test('chromium: MSE continues after its buffer was trimmed', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/view.html?camera=porch&delivery=mse`);
  const video = () => browser.evaluate(() => {
    const { currentTime, buffered } = document.querySelector('eyelid-player video') ?? {};
    return { currentTime, first: buffered?.length ? buffered.start(0) : null };
  });
  await waitFor('it has played for a while', async () => (await video()).currentTime > 16, 30000);
  assert.ok((await video()).first < 1, 'nothing is trimmed while all depends on the first key');
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  page.send({ type: 'key', camera: 'porch' });
  await waitFor('the buffer begins at the new key', async () => (await video()).first > 15);
  const { frames } = await stats(browser);
  await waitFor('it plays on', async () => (await stats(browser)).frames > frames + 20);
});

// As over plain http, where browsers hide WebCodecs.
async function openPlain(t) {
  const browser = await open(t, 'chromium');
  await browser.context.addInitScript(() => { delete globalThis.VideoDecoder; });
  return browser;
}

test('chromium: a camera too slow for MSE is shown, and takes H.264 from no other', async (t) => {
  const house = await boot(t);
  await house.camera('slow', { fps: 0.5 });
  await house.camera('porch');
  const browser = await openPlain(t);
  await browser.goto(`${house.url}/view.html?camera=slow`);
  await waitFor('pictures', async () => (await stats(browser))?.frames > 4, 40000);
  assert.equal(await remembered(browser), null);
  await playByMse(browser, `${house.url}/view.html?camera=porch`);
});

test('chromium: a camera that stalls keeps MSE', async (t) => {
  const house = await boot(t);
  const camera = await house.camera('porch', { fps: 15 });
  const browser = await openPlain(t);
  await playByMse(browser, `${house.url}/view.html?camera=porch`);
  for (let i = 0; i < 3; i++) {
    camera.child.kill('SIGSTOP');
    await sleep(5000);
    camera.child.kill('SIGCONT');
    await waitFor('live again', async () => (await stats(browser)).state === 'live', 10000);
  }
  assert.equal((await stats(browser)).delivery, 'mse');
  assert.equal(await remembered(browser), null);
});

test('chromium: after a pause MSE tells the age of the new picture', async (t) => {
  const house = await boot(t);
  await house.camera('porch', { fps: 1.5 });
  const browser = await open(t, 'chromium');
  await browser.goto(`${house.url}/view.html?camera=porch&delivery=mse`);
  await waitFor('plays', async () => (await stats(browser))?.frames > 6, 15000);
  const pause = (on) => browser.evaluate((p) => document.querySelector('eyelid-player').toggleAttribute('paused', p), on);
  await pause(true);
  await sleep(6000);
  await pause(false);
  const { latencyMs } = await waitFor('live again', async () => {
    const s = await stats(browser);
    return s.state === 'live' && s;
  }, 10000);
  assert.ok(latencyMs < 2500, `${latencyMs} ms`);
});
