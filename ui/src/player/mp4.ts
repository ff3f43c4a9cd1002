// The parts of ISO/IEC 14496-12 and -15 that a player needs: the avcC of an init segment, the codec
// string in it, and the times of a chunk.

type Bytes = Uint8Array<ArrayBuffer>;

interface Range {
  start: number; // of the box's content
  end: number;
}

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function typeAt(data: DataView, at: number): string {
  return String.fromCharCode(
    data.getUint8(at),
    data.getUint8(at + 1),
    data.getUint8(at + 2),
    data.getUint8(at + 3),
  );
}

// The first box of that type between the two offsets; null if there is none or sizes are broken.
function child(data: DataView, { start, end }: Range, type: string): Range | null {
  let at = start;
  while (at + 8 <= end) {
    let size = data.getUint32(at);
    let head = 8;
    if (size === 1 && at + 16 <= end) {
      size = data.getUint32(at + 8) * 2 ** 32 + data.getUint32(at + 12);
      head = 16;
    } else if (size === 0) size = end - at;
    if (size < head || at + size > end) return null;
    if (typeAt(data, at + 4) === type) return { start: at + head, end: at + size };
    at += size;
  }
  return null;
}

function walk(data: DataView, path: string[]): Range | null {
  let range: Range | null = { start: 0, end: data.byteLength };
  for (const type of path) {
    range = child(data, range, type);
    if (!range) return null;
    // The entries of stsd follow a version and a count; avc1's boxes follow its fixed fields.
    if (type === 'stsd') range.start += 8;
    else if (type === 'avc1') range.start += 78;
  }
  return range;
}

// The AVCDecoderConfigurationRecord of an init segment (ftyp+moov): WebCodecs' description.
export function findAvcC(init: Bytes): Bytes | null {
  const path = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'avc1', 'avcC'];
  const range = walk(view(init), path);
  return range && range.end - range.start >= 7 ? init.slice(range.start, range.end) : null;
}

// RFC 6381: "avc1." and the SPS's profile, constraints and level.
export function codecString(avcC: Bytes): string {
  const hex = [...avcC.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `avc1.${hex.join('').toUpperCase()}`;
}

export function timescale(init: Bytes): number | null {
  const data = view(init);
  const range = walk(data, ['moov', 'trak', 'mdia', 'mdhd']);
  if (!range) return null;
  const at = range.start + (data.getUint8(range.start) === 1 ? 20 : 12);
  return at + 4 <= range.end ? data.getUint32(at) : null;
}

export interface ChunkTimes {
  decodeTime: number; // baseMediaDecodeTime, in ticks
  duration: number | null; // of its sample, in ticks; null if only the init segment has it
}

export function chunkTimes(chunk: Bytes): ChunkTimes | null {
  const data = view(chunk);
  const traf = walk(data, ['moof', 'traf']);
  const tfdt = traf && child(data, traf, 'tfdt');
  if (!tfdt || tfdt.end - tfdt.start < 8) return null;
  const at = tfdt.start + 4;
  const long = data.getUint8(tfdt.start) === 1;
  if (long && tfdt.end - at < 8) return null;
  const decodeTime = long
    ? data.getUint32(at) * 2 ** 32 + data.getUint32(at + 4)
    : data.getUint32(at);
  return { decodeTime, duration: sampleDuration(data, traf) };
}

const TRUN_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TFHD_OFFSET = 0x1;
const TFHD_DESCRIPTION = 0x2;
const TFHD_DURATION = 0x8;

function sampleDuration(data: DataView, traf: Range): number | null {
  const trun = child(data, traf, 'trun');
  if (trun && trun.end - trun.start >= 8) {
    const flags = data.getUint32(trun.start) & 0xffffff;
    const at = trun.start + 8 + (flags & TRUN_OFFSET ? 4 : 0) + (flags & TRUN_FIRST_FLAGS ? 4 : 0);
    if (flags & TRUN_DURATION) return at + 4 <= trun.end ? data.getUint32(at) : null;
  }
  const tfhd = child(data, traf, 'tfhd');
  if (!tfhd || tfhd.end - tfhd.start < 8) return null;
  const flags = data.getUint32(tfhd.start) & 0xffffff;
  const at = tfhd.start + 8 + (flags & TFHD_OFFSET ? 8 : 0) + (flags & TFHD_DESCRIPTION ? 4 : 0);
  return flags & TFHD_DURATION && at + 4 <= tfhd.end ? data.getUint32(at) : null;
}
