// In the virtual machine: cold starts of the cameras that its kernel has, and of a mock camera for comparison.
// modules: vivid n_devs=1 node_types=0x1; vhci_hcd; uvcvideo; vimc
import fs from 'node:fs';
import * as proc from '../tests/lib/proc.mjs';
import { pretendUdev, webcam } from '../tests/vm/machine.mjs';
import { coldStarts } from './cold.mjs';

const REPEATS = 5;
const cleanups = [];
pretendUdev();
const usb = await webcam({ after: (cleanup) => cleanups.push(cleanup) });
const server = await proc.startServer('linger_s = 0\nstart_timeout_s = 60\n');
const mock = proc.startCamera(server, '--id', 'mock', '--fps', '30');
const found = async () => (await (await fetch(`${server.url}/api/v1/cameras`)).json()).cameras;
await proc.until('four cameras', async () => (await found()).filter((c) => c.state === 'asleep').length === 4, 60000);
const results = {};
for (const { id, source, name } of await found()) {
  const kind = source === 'push' ? 'mock camera' : source === 'v4l2' && name === usb.name ? 'USB webcam (MJPEG)' : `${source} ${name}`;
  results[kind] = await coldStarts(server, id, REPEATS);
}
fs.writeFileSync('/mnt/cold.json', JSON.stringify(results));
await proc.stop(mock);
await server.close();
for (const cleanup of cleanups) await cleanup();
