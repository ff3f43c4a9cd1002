// Compares what the page looks like with pictures in the folder screens, at a third of the size: fine differences of
// drawing vanish there, a moved or missing part does not. EYELID_SCREENS=write draws those pictures anew; look at them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { waitFor } from '../flow/harness.mjs';

const FOLDER = new URL('screens/', import.meta.url);
const SCALE = 3, CHANNEL = 40, SHARE = 0.01;
export const VIEWS = [[390, 844, 'light'], [390, 844, 'dark'], [844, 390, 'dark'], [1366, 768, 'light']];

// What differs from run to run is not compared: pictures, ages and figures.
const STEADY = `*, ::before, ::after { font-family: "DejaVu Sans" !important; animation: none !important;
    transition: none !important; caret-color: transparent !important; }
  eyelid-player, img, time, dd, .veil, .status-detail, .countdown { visibility: hidden !important; }`;

/** Runs in the page: a PNG made smaller, as a PNG; with another one also the share of pixels that differ. */
async function shrink([png, scale, wanted, channel]) {
  const pixels = async (source, divisor) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob());
    const canvas = new OffscreenCanvas(Math.round(bitmap.width / divisor), Math.round(bitmap.height / divisor));
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return { canvas, data: context.getImageData(0, 0, canvas.width, canvas.height).data };
  };
  const { canvas, data } = await pixels(png, scale);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  const small = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  if (!wanted) return { small };
  const other = await pixels(wanted, 1);
  if (other.data.length !== data.length) return { small, differs: 1 };
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    if ([0, 1, 2].some((c) => Math.abs(data[i + c] - other.data[i + c]) > channel)) count++;
  }
  return { small, differs: (4 * count) / data.length };
}

/** Fails if the page does not come to look as its pictures do. `helper` is an empty page. */
export async function looks(page, helper, state) {
  await page.evaluate((css) => {
    const sheet = new CSSStyleSheet(); // the content policy allows no other
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
  }, STEADY);
  for (const [width, height, colorScheme] of VIEWS) {
    const name = `${state}-${width}x${height}-${colorScheme}`, file = new URL(`${name}.png`, FOLDER);
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const shown = async (wanted) => helper.evaluate(shrink,
      [(await page.screenshot()).toString('base64'), SCALE, wanted, CHANNEL]);
    if (process.env.EYELID_SCREENS === 'write') {
      let before = '', now = (await shown()).small;
      while (now !== before) [before, now] = [now, (await shown()).small];
      fs.mkdirSync(FOLDER, { recursive: true });
      fs.writeFileSync(file, Buffer.from(now, 'base64'));
      continue;
    }
    const wanted = fs.readFileSync(file).toString('base64');
    let last;
    await waitFor(name, async () => { // what was resized takes a moment to settle
      last = await shown(wanted);
      return last.differs <= SHARE;
    }, 10000).catch(() => {
      const found = new URL(`file://${os.tmpdir()}/${name}.png`);
      fs.writeFileSync(found, Buffer.from(last.small, 'base64'));
      assert.fail(`${name}: ${(100 * last.differs).toFixed(1)} % of the picture differs; see ${found.pathname}`);
    });
  }
}
