// The common way to do our job: a child ffmpeg per camera, JPEG in on a pipe, fragmented MP4 out on another.
import { spawn } from 'node:child_process';
import { nowUs } from '../tests/lib/proc.mjs';

const args = (live) => ['-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0',
  '-f', 'mjpeg', '-i', 'pipe:0', '-an', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast',
  '-tune', 'zerolatency', '-crf', '23', '-g', '300', '-threads', '1',
  '-f', 'mp4', '-movflags', 'empty_moov+default_base_moof+frag_every_frame', ...(live ? ['-flush_packets', '1'] : []), 'pipe:1'];

// write(jpeg) feeds a frame; onFragment(receivedUs, bytes) is called once per moof+mdat. live: each is sent at once,
// which costs the pipe a tenth of its CPU; without it some come together.
export function startPipe(onFragment = () => {}, { live = true } = {}) {
  const child = spawn('ffmpeg', args(live), { stdio: ['pipe', 'pipe', 'inherit'] });
  let rest = Buffer.alloc(0);
  child.stdout.on('data', (data) => {
    const receivedUs = nowUs();
    rest = rest.length ? Buffer.concat([rest, data]) : data;
    while (rest.length >= 8 && rest.length >= rest.readUInt32BE(0)) {
      const size = rest.readUInt32BE(0), type = rest.toString('latin1', 4, 8);
      if (type === 'mdat') onFragment(receivedUs, size);
      rest = rest.subarray(size);
    }
  });
  child.stdin.on('error', () => {});
  return { pid: child.pid, write: (jpeg) => child.stdin.write(jpeg),
    stop: () => new Promise((resolve) => { child.on('exit', resolve); child.kill('SIGKILL'); }) };
}

// The JPEGs of a file of concatenated JPEGs without thumbnails.
export function splitJpegs(bytes) {
  const frames = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(Buffer.from([0xff, 0xd9]), from) + 2;
    if (end < 2) break;
    frames.push(bytes.subarray(from, end));
    from = end;
  }
  return frames;
}

// Calls tick(n) `fps` times a second, without drift, for `seconds`.
export async function paced(fps, seconds, tick) {
  const start = nowUs();
  for (let n = 0; n < fps * seconds; n++) {
    const dueMs = (start + (n * 1e6) / fps - nowUs()) / 1000;
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    tick(n);
  }
}
