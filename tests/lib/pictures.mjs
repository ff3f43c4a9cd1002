// JPEG pictures for cameras that tests pretend: ffmpeg draws them, once for each size.
import { spawnSync } from 'node:child_process';

const drawn = new Map();

/** A test pattern of this size ("640x480") as JPEG bytes. */
export function picture(size) {
  if (!drawn.has(size)) {
    const { stdout, stderr, status } = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i',
      `testsrc=size=${size}`, '-frames:v', '1', '-pix_fmt', 'yuvj422p', '-f', 'mjpeg', '-'], { maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
    drawn.set(size, stdout);
  }
  return drawn.get(size);
}

/** "640x480" of a JPEG's frame header. */
export function sizeOf(jpeg) {
  for (let at = 2; at < jpeg.length;) {
    const marker = jpeg[at + 1];
    if (marker === 0xc0) return `${jpeg.readUInt16BE(at + 7)}x${jpeg.readUInt16BE(at + 5)}`;
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  throw new Error('no frame header');
}
