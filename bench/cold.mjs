// Cold starts: the first lease on a sleeping camera to the first chunk of H.264 at the viewer.
import { openViewer } from '../tests/lib/live.mjs';
import * as proc from '../tests/lib/proc.mjs';
import { sleep } from '../tests/lib/wait.mjs';

/** Times in ms; the server lingers 0 s. */
export async function coldStarts(server, camera, repeats) {
  const times = [];
  for (let i = 0; i < repeats; i++) {
    await proc.inState(server.url, camera, ['asleep']);
    let arrived;
    const chunk = new Promise((resolve) => { arrived = resolve; });
    const viewer = await openViewer(server.url, { chunk: arrived });
    const from = proc.nowUs();
    viewer.start(camera);
    times.push(((await chunk).receivedUs - from) / 1000);
    viewer.close();
    await sleep(100);
  }
  return times;
}
