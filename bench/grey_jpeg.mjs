// A grey JPEG of any size and few bytes: every block is one DC difference of 0 and an end of block, two bits.
// Format: ISO/IEC 10918-1, Annex B.
const segment = (marker, body) => Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body]);
const table = (kind) => Buffer.from([kind, 1, ...new Array(15).fill(0), 0]); // one code of one bit, for the symbol 0

// bytes: how long it is at least; comments fill it up.
export function greyJpeg(width, height, bytes = 0) {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const parts = [Buffer.from([0xff, 0xd8]),
    segment(0xdb, Buffer.from([0, ...new Array(64).fill(1)])),
    segment(0xc0, Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0])),
    segment(0xc4, Buffer.concat([table(0x00), table(0x10)])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.alloc(Math.ceil(blocks / 4)), Buffer.from([0xff, 0xd9])];
  let missing = bytes - parts.reduce((sum, part) => sum + part.length, 0);
  for (; missing > 4; missing -= 65_000) parts.splice(1, 0, segment(0xfe, Buffer.alloc(Math.min(missing, 65_000) - 4)));
  return Buffer.concat(parts);
}
