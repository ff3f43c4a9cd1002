// A viewer at the far end of a slow link, as a separate process so that it can run in a network namespace:
//   node slow_viewer.mjs URL CAMERA SECONDS [WIDTH]
// Prints one line of JSON about the time after the first SETTLE_MS: how old chunks were when they came in (ms), how
// old the newest picture at hand was at any time, how many chunks came.
import { openViewer } from './live.mjs';
import { nowUs, quantile } from './proc.mjs';
import { sleep } from './wait.mjs';

const SETTLE_MS = 3000;
const [url, camera, seconds, width = 0] = process.argv.slice(2);

async function connect(tries = 100) {
  for (;;) {
    try { return await openViewer(url, { chunk: (chunk) => chunks.push(chunk), event: (event) => events.push(event) }); }
    catch (error) { if (--tries <= 0) throw error; await sleep(100); }
  }
}

const chunks = [], events = [];
const viewer = await connect();
while (!events.some((e) => e.type === 'camera' && e.camera.id === camera)) await sleep(20);
viewer.start(camera, 'h264', +width ? { width: +width, height: +width * 3 / 4 } : {});
while (chunks.length === 0) await sleep(5);
await sleep(SETTLE_MS);
const fromUs = nowUs(), before = chunks.at(-1);
chunks.length = 0;
await sleep(seconds * 1000);
const endUs = nowUs();

// The picture at hand is the newest one so far; just before the next one comes it is oldest.
let newestUs = before.captureUs;
const behind = [];
for (const { captureUs, receivedUs } of [...chunks, { captureUs: Infinity, receivedUs: endUs }]) {
  behind.push((receivedUs - newestUs) / 1000);
  newestUs = captureUs;
}
const ages = chunks.map((c) => (c.receivedUs - c.captureUs) / 1000);
console.log(JSON.stringify({ chunks: chunks.length, seconds: (endUs - fromUs) / 1e6,
  largest: Math.max(...chunks.map((c) => c.data.length)), bytes: chunks.reduce((sum, c) => sum + c.data.length, 0), lost: chunks.at(-1).sequence - before.sequence - chunks.length,
  p50: quantile(ages, 0.5), p99: quantile(ages, 0.99), oldest: Math.max(...ages), behind: Math.max(...behind) }));
viewer.close();
process.exit(0);
