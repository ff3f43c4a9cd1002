// A viewer without a screen: the live WebSocket (docs/protocol.md, 2), counted and timed.
import WebSocket from 'ws';
import { nowUs } from './proc.mjs';

export { WebSocket };
export const KIND = { init: 1, chunk: 2, jpeg: 3, still: 4 };

// on.chunk({sequence, captureUs, receivedUs, data}), on.init(data), on.event(json)
export async function openViewer(url, on = {}, options = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live`, 'eyelid.live.v1',
    { perMessageDeflate: false, ...options });
  socket.on('message', (data, binary) => {
    if (!binary) { on.event?.(JSON.parse(data)); return; }
    const receivedUs = nowUs();
    if (data[1] === KIND.init) on.init?.(data.subarray(data.readUInt16BE(12)));
    if (data[1] === KIND.chunk) {
      on.chunk?.({ sequence: data.readUInt32BE(8), captureUs: Number(data.readBigInt64BE(16)), receivedUs,
        unitOffset: data.readUInt16BE(12), data });
    }
  });
  await new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); });
  const send = (message) => socket.send(JSON.stringify(message));
  return {
    start: (camera, rendition = 'h264', wish = {}) => send({ type: 'start', camera, rendition, ...wish }),
    stop: (camera) => send({ type: 'stop', camera }),
    close: () => socket.terminate(),
  };
}
