// What TLS costs per viewer: as many over http as over https, of one camera, in turn.
import { freePort } from '../tests/lib/ports.mjs';
import { openViewer } from '../tests/lib/live.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { sleep } from '../tests/lib/wait.mjs';
import { row } from './sections.mjs';

const VIEWERS = 60, ROUNDS = 3, FPS = 30;

export async function https({ seconds }) {
  const port = await freePort();
  const server = await proc.startServer(`tls = on\nhttps = 127.0.0.1:${port}\n`);
  const camera = proc.startCamera(server, '--id', 'cam', '--fps', FPS);
  const urls = { http: server.url, https: `https://127.0.0.1:${port}` };
  const cost = { http: [], https: [] }, memory = { http: [], https: [] };
  try {
    await proc.inState(server.url, 'cam', ['asleep']);
    const first = await openViewer(server.url);
    first.start('cam');
    await proc.inState(server.url, 'cam', ['awake']);
    await sleep(1000);
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of Object.keys(urls)) {
        const base = await proc.cpuOver(server.pid, seconds), kb = proc.anonymousKb(server.pid);
        let chunks = 0;
        const viewers = [];
        while (viewers.length < VIEWERS) { // one by one: handshakes at once would be measured too
          const viewer = await openViewer(urls[way], { chunk: () => { chunks++; } }, { rejectUnauthorized: false });
          viewer.start('cam');
          viewers.push(viewer);
        }
        await sleep(1000);
        const at = chunks, cpu = await proc.cpuOver(server.pid, seconds);
        if (chunks - at < VIEWERS * FPS * seconds * 0.9) throw new Error(`${way}: viewers got ${chunks - at} frames`);
        cost[way].push(cpu - base);
        memory[way].push((proc.anonymousKb(server.pid) - kb) / VIEWERS);
        for (const viewer of viewers) viewer.close();
        await sleep(500);
      }
    }
    first.close();
  } finally {
    await proc.stop(camera);
    await server.close();
  }
  const median = (list) => proc.quantile(list, 0.5), share = (list) => median(list) / seconds / VIEWERS * 100;
  return [
    row('a viewer over http, CPU', share(cost.http), '% of a core'),
    row('a viewer over https, CPU', share(cost.https), '% of a core'),
    row('CPU, https / http', median(cost.https) / median(cost.http), 'ratio', { max: 2 }),
    row('a viewer over https, memory', memory.https[0], 'KiB', { max: 16 }),
    row('a viewer over http, memory', memory.http[0], 'KiB'),
  ];
}
