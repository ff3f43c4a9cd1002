// Slow and lossy links between the server and a viewer: two network namespaces with an emulated link between them
// (tests/link/lossylink.c). Needs root and /dev/net/tun; the loopback that other tests use is not touched.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { BUILD, House, Program, SCALE, TOP, freePort, temporaryFolder, undoAfter } from './harness.mjs';

const VIEWER = path.join(TOP, 'tests/lib/slow_viewer.mjs');
const cannot = process.getuid() !== 0 || !fs.existsSync('/dev/net/tun')
  ? 'needs root and /dev/net/tun' : false;
const hasBbr = fs.readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8').includes('bbr');

const within = (space) => ['nsenter', `--net=/proc/${space.pid}/ns/net`];

async function space(t) {
  const holder = new Program('unshare', ['--net', 'sh', '-c', 'echo up; exec sleep 600'], {}, { command: ['unshare'] });
  undoAfter(t, () => holder.stop('SIGKILL'));
  await holder.says(/up/);
  return holder;
}

// A server with a camera at one end, and what a viewer at the other end sees in some seconds.
async function watch(t, { delayMs = 20, loss = 0, rateKbit = 0, blackoutMs = 0, everyMs = 0, width = 0, noise = 4 }, seconds) {
  const near = await space(t), far = await space(t);
  const link = new Program('tests/link/lossylink', [near.pid, far.pid, delayMs, loss, rateKbit, blackoutMs, everyMs].map(String));
  undoAfter(t, () => link.stop('SIGKILL'));
  await link.says(/up/);
  const port = await freePort();
  const house = new House(t, { command: [...within(near), path.join(BUILD, 'eyelid')],
    args: ['--http', `10.99.0.1:${port}`, '--device', '127.0.0.1:0', '--data', temporaryFolder(t)] });
  undoAfter(t, () => house.finish());
  await house.start();
  house.launch('eyelid-fakecam', ['--url', `${house.deviceUrl}/`, '--id', 'porch', '--size', '640x480', '--fps', '30', '--noise', String(noise)], {},
    [...within(near), path.join(BUILD, 'eyelid-fakecam')]);
  // One viewer at each end: what the machine itself is late by, the near one is too.
  const viewers = [far, near].map((end) => new Program('viewer',
    [VIEWER, `http://10.99.0.1:${port}`, 'porch', String(seconds), String(width)], {},
    { command: [...within(end), process.execPath] }));
  const [seen, machine] = await Promise.all(viewers.map(async (viewer) => {
    undoAfter(t, () => viewer.stop('SIGKILL'));
    const [line] = await viewer.says(/^\{"chunks".*\}$/m, (seconds + 30) * 1000);
    return JSON.parse(line);
  }));
  t.diagnostic(`far ${JSON.stringify(seen)}, near ${JSON.stringify(machine)}`);
  return { seen, machine };
}

test('lost packets are no congestion', { skip: cannot || (hasBbr ? false : 'needs BBR') }, async (t) => {
  const { seen, machine } = await watch(t, { loss: 5 }, 15);
  assert.ok(seen.p99 <= machine.p99 + 350 * SCALE, `p99 ${seen.p99} ms`); // 698 with cubic
});

test('on a thin link the picture is recent', { skip: cannot }, async (t) => {
  const { seen, machine } = await watch(t, { rateKbit: 100, width: 320, noise: 5 }, 20);
  assert.ok(seen.lost > 0, 'the link was too thin for the stream');
  assert.ok(seen.oldest <= machine.oldest + 2500 * SCALE, `${seen.oldest} ms behind`);
});

test('after a blackout the picture is live again', { skip: cannot }, async (t) => {
  const { seen, machine } = await watch(t, { blackoutMs: 200, everyMs: 2000 }, 15);
  assert.ok(seen.oldest <= machine.oldest + (200 + 300) * SCALE, `${seen.oldest} ms old`);
});
