#!/usr/bin/env node
// The long runs behind script/soak. Each prints a line a minute and fails loudly.
//   drift    MINUTES of glass to glass in Chromium, by WebCodecs and by MSE side by side: the latency must not grow
//   viewers  5,000 viewers for MINUTES, 50 of them stalled: the others lose no frame, memory stays
import path from 'node:path';
import { measure } from './glass/glass.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { openViewer } from '../tests/lib/live.mjs';
import { sleep } from '../tests/lib/wait.mjs';

const [section, minutesText = '30'] = process.argv.slice(2);
const minutes = +minutesText;
const stamp = () => new Date().toISOString().slice(11, 19);

async function drift() {
  const server = await proc.startServer();
  const camera = proc.startCamera(server, '--id', 'cam', '--fps', '29.5', '--barcode');
  let failed = false;
  try {
    await proc.inState(server.url, 'cam', ['asleep']);
    failed = (await Promise.all(['webcodecs', 'mse'].map(async (delivery) => {
      const result = await measure({ browser: 'chromium', seconds: minutes * 60, byMinute: true,
        url: `${server.url}/view.html?camera=cam&delivery=${delivery}&w=640&h=480`,
        probe: path.join(proc.BUILD, 'bench/screenprobe') });
      const medians = result.minutes.map((m) => m?.p50);
      // The machine has its moods: the first and the last five minutes are compared by their medians.
      const middle = (list) => proc.quantile(list, 0.5);
      const growth = middle(medians.slice(-5)) - middle(medians.slice(0, 5));
      console.log(`${stamp()} ${delivery}: p50 of each minute ${medians.join(' ')} ms`);
      console.log(`${stamp()} ${delivery}: whole run ${JSON.stringify(result.latencyMs)}, ${result.fps} fps; `
        + `last five minutes − first five ${growth.toFixed(1)} ms`);
      return !(Math.abs(growth) <= 5);
    }))).some(Boolean);
  } finally {
    await proc.stop(camera);
    await server.close();
  }
  return failed;
}

async function viewers() {
  const server = await proc.startServer();
  const camera = proc.startCamera(server, '--id', 'cam', '--fps', '30');
  const first = await openViewer(server.url);
  try {
    await proc.inState(server.url, 'cam', ['asleep']);
    first.start('cam');
    const load = proc.run(path.join(proc.BUILD, 'bench/bench_viewers'),
      ['127.0.0.1', server.http, 'cam', '5000', '50', minutes * 60], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    load.stdout.on('data', (data) => { printed += data; });
    const ended = load.ended.then(() => true);
    while (!(await Promise.race([ended, sleep(60000)]))) {
      console.log(`${stamp()} server: ${Math.round(proc.anonymousKb(server.pid) / 1024)} MB anonymous`);
    }
    const result = JSON.parse(printed);
    console.log(`${stamp()} ${printed.trim()}`);
    return result.closed > 0 || result.lost > 0 || result.playing < 4950;
  } finally {
    first.close();
    await proc.stop(camera);
    await server.close();
  }
}

const run = { drift, viewers }[section];
if (!run) {
  console.error('usage: soak.mjs drift|viewers [MINUTES]');
  process.exit(2);
}
process.exit(await run() ? 1 : 0);
