#!/usr/bin/env node
// Glass to glass: from a frame drawn by eyelid-fakecam --barcode to its pixels on the (virtual) screen, in a real browser.
//
//   node bench/glass/glass.mjs --browser chromium --url 'http://127.0.0.1:8080/view.html?camera=cam&delivery=mse&w=640&h=480'
//     [--seconds 12] [--settle 3]  the window, and the time before it
//     [--stall 2000]               then stall the page's connections for so long and see how it recovers
//     [--probe build/bench/screenprobe]  [--json FILE]  append the result as a line
//
// Measure at 29.5 fps, so that the camera's phase sweeps over the screen's refresh.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browsers.mjs';
import { sleep } from '../../tests/lib/wait.mjs';

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

export function summary(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!sorted.length) return null;
  const round = (v) => Math.round(v * 10) / 10;
  return { n: sorted.length, p50: round(quantile(sorted, 0.5)), p95: round(quantile(sorted, 0.95)),
    max: round(sorted.at(-1)) };
}

// A TCP relay in front of the server that can hold every byte for a while.
async function startRelay(port) {
  let stalled = false;
  const sockets = new Set();
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      from.setNoDelay(true);
      sockets.add(from);
      from.on('data', (data) => { if (!to.write(data)) from.pause(); });
      to.on('drain', () => { if (!stalled) from.resume(); });
      from.on('close', () => { sockets.delete(from); to.destroy(); });
      from.on('error', () => to.destroy());
    }
    if (stalled) { client.pause(); upstream.pause(); }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    async stall(ms) {
      stalled = true;
      for (const socket of sockets) socket.pause();
      await sleep(ms);
      stalled = false;
      for (const socket of sockets) socket.resume();
    },
    close() { server.close(); for (const socket of sockets) socket.destroy(); },
  };
}

function startProbe(program, framebuffer, width, height, frames) {
  const child = spawn(program, [framebuffer, width, height, '7200'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const [kind, shown, drawn, number] = line.split(' ');
      if (kind === 'F') frames.push({ shown: +shown, drawn: +drawn, latency: shown - drawn, number: +number });
    }
  });
  return child;
}

// The time from the end of the stall until five frames in a row are within 50 ms of the former latency.
function recovery(frames, endOfStall, before) {
  const after = frames.filter((f) => f.shown >= endOfStall);
  const live = after.findIndex((_, i) => after.length - i >= 5 &&
    after.slice(i, i + 5).every((f) => f.latency < before + 50));
  return live < 0 ? null : Math.round(after[live].shown - endOfStall);
}

export async function measure({ browser: name, url, seconds = 12, settle = 3, stall = 0, byMinute = false,
  probe = 'build/bench/screenprobe' }) {
  const address = new URL(url);
  const relay = stall ? await startRelay(+address.port) : null;
  if (relay) address.port = relay.port;
  const width = address.searchParams.get('w') ?? '640', height = address.searchParams.get('h') ?? '480';
  const browser = await launch(name);
  const frames = [];
  let child;
  try {
    await browser.goto(new URL('/healthz', url).href);
    await sleep(1000);
    child = startProbe(probe, browser.framebuffer, width, height, frames);
    const navigated = Date.now();
    await browser.goto(address.href);
    await sleep(settle * 1000);
    const cpu = browser.cpuSeconds(), from = Date.now();
    await sleep(seconds * 1000);
    const until = Date.now(), cpuPercent = (browser.cpuSeconds() - cpu) / (until - from) * 1e5;
    const window = frames.filter((f) => f.shown >= from && f.shown < until);
    const result = { browser: name, url, latencyMs: summary(window.map((f) => f.latency)),
      fps: Math.round(window.length / (until - from) * 1e4) / 10, cpuPercent: Math.round(cpuPercent),
      firstFrameMs: frames.length ? Math.round(frames[0].shown - navigated) : null,
      player: await browser.evaluate(() => document.querySelector('eyelid-player')?.stats ?? null) };
    if (byMinute) {
      result.minutes = Array.from({ length: Math.ceil(seconds / 60) }, (_, i) => summary(window
        .filter((f) => f.shown >= from + i * 60000 && f.shown < from + (i + 1) * 60000).map((f) => f.latency)));
    }
    if (relay && result.latencyMs) {
      await relay.stall(stall);
      const endOfStall = Date.now();
      await sleep(6000);
      result.liveAgainMs = recovery(frames, endOfStall, result.latencyMs.p50);
    }
    return result;
  } finally {
    child?.kill();
    await browser.close();
    relay?.close();
  }
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { values } = parseArgs({ options: { browser: { type: 'string', default: 'chromium' }, url: { type: 'string' },
    seconds: { type: 'string' }, settle: { type: 'string' }, stall: { type: 'string' }, probe: { type: 'string' },
    json: { type: 'string' } } });
  const numbers = Object.fromEntries(['seconds', 'settle', 'stall'].filter((k) => values[k]).map((k) => [k, +values[k]]));
  const result = await measure({ ...values, ...numbers });
  console.log(JSON.stringify(result));
  if (values.json) fs.appendFileSync(values.json, `${JSON.stringify(result)}\n`);
  process.exit(0);
}
