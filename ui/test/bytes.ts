// Makers of the binary formats, written from their standards and not from the readers under test.

export type Bytes = Uint8Array<ArrayBuffer>;

export function bytes(...parts: (number | number[] | Bytes | string)[]): Bytes {
  const flat: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') flat.push(part);
    else if (typeof part === 'string') for (const c of part) flat.push(c.charCodeAt(0));
    else flat.push(...part);
  }
  return new Uint8Array(flat);
}

export const u16 = (n: number): number[] => [(n >> 8) & 255, n & 255];
export const u32 = (n: number): number[] => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255);
export const u64 = (n: number): number[] => [...u32(Math.floor(n / 2 ** 32)), ...u32(n >>> 0)];

export function box(type: string, ...content: (number | number[] | Bytes | string)[]): Bytes {
  const inside = bytes(...content);
  return bytes(u32(inside.length + 8), type, inside);
}

export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...content: (number | number[] | Bytes | string)[]
): Bytes {
  return box(type, version, u32(flags).slice(1), ...content);
}

const zeros = (n: number): number[] => new Array<number>(n).fill(0);

export const AVCC = bytes(1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, u16(4), 0x67, 0x42, 0xc0, 0x1e, 1, [
  ...u16(2),
  0x68,
  0xce,
]);

export function initSegment(avcC: Bytes = AVCC, timescale = 90000): Bytes {
  const avc1 = box('avc1', zeros(6), u16(1), zeros(70), box('avcC', avcC));
  const stsd = fullBox('stsd', 0, 0, u32(1), avc1);
  const mdhd = fullBox('mdhd', 0, 0, u32(0), u32(0), u32(timescale), u32(0), u32(0));
  const minf = box('minf', fullBox('vmhd', 0, 1, zeros(8)), box('stbl', stsd));
  const trak = box('trak', fullBox('tkhd', 0, 3, zeros(80)), box('mdia', mdhd, minf));
  return bytes(
    box('ftyp', 'iso5', u32(512), 'iso5avc1'),
    box('moov', fullBox('mvhd', 0, 0, zeros(96)), trak, box('mvex')),
  );
}

export function chunk(
  decodeTime: number,
  duration: number,
  unit: Bytes = bytes(u32(1), 0x65),
): Bytes {
  const traf = box(
    'traf',
    fullBox('tfhd', 0, 0x020000, u32(1)),
    fullBox('tfdt', 1, 0, u64(decodeTime)),
    fullBox('trun', 0, 0x701, u32(1), u32(108), u32(duration), u32(unit.length), u32(0x02000000)),
  );
  return bytes(box('moof', fullBox('mfhd', 0, 0, u32(1)), traf), box('mdat', unit));
}

export interface Head {
  version?: number;
  kind?: number;
  flags?: number;
  stream?: number;
  sequence?: number;
  offset?: number;
  captureUs?: number;
}

export function message(head: Head, content: Bytes = bytes()): ArrayBuffer {
  return bytes(
    head.version ?? 1,
    head.kind ?? 2,
    u16(head.flags ?? 0),
    u32(head.stream ?? 4),
    u32(head.sequence ?? 1),
    u16(head.offset ?? 24),
    u16(0),
    u64(head.captureUs ?? 0),
    content,
  ).buffer;
}
