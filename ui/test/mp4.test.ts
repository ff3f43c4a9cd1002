import { describe, expect, it } from 'vitest';
import { chunkTimes, codecString, findAvcC, timescale } from '../src/player/mp4';
import { AVCC, box, bytes, chunk, fullBox, initSegment, u32 } from './bytes';

describe('init segment', () => {
  it('gives avcC, codec string and timescale', () => {
    const avcC = findAvcC(initSegment());
    expect(avcC).toEqual(AVCC);
    expect(codecString(AVCC)).toBe('avc1.42C01E');
    expect(timescale(initSegment(AVCC, 12800))).toBe(12800);
  });

  it('is found in the middle of a larger buffer', () => {
    const init = initSegment();
    const buffer = bytes(new Array<number>(24).fill(255), init).buffer;
    expect(findAvcC(new Uint8Array(buffer, 24))).toEqual(AVCC);
  });

  it('cut short anywhere never throws and finds nothing', () => {
    const init = initSegment();
    for (let end = 0; end < init.length - 8; end++) {
      expect(findAvcC(init.slice(0, end))).toBeNull();
      timescale(init.slice(0, end));
    }
  });

  it('a box of size 0 runs to the end, one of size 1 has 64 bits', () => {
    const last = initSegment();
    const moov = last.indexOf(0x6d, 28) - 4; // "moov" behind ftyp
    last.set([0, 0, 0, 0], moov);
    expect(findAvcC(last)).toEqual(AVCC);
    const large = bytes(u32(1), 'free', u32(0), u32(20), u32(7), initSegment());
    expect(findAvcC(large)).toEqual(AVCC);
  });

  it.each([
    ['a size below its head', bytes(u32(4), 'moov')],
    ['a size beyond the end', bytes(u32(100), 'moov', u32(0))],
    ['a 64-bit size below its head', bytes(u32(1), 'moov', u32(0), u32(8))],
    ['no avcC', box('moov', box('trak'))],
  ])('%s finds nothing', (_name, broken) => {
    expect(findAvcC(broken)).toBeNull();
  });
});

describe('chunkTimes', () => {
  it('reads a 64-bit tfdt and the duration in trun', () => {
    expect(chunkTimes(chunk(3 * 2 ** 32 + 5, 6000))).toEqual({
      decodeTime: 3 * 2 ** 32 + 5,
      duration: 6000,
    });
  });

  it('reads a 32-bit tfdt and the duration in tfhd', () => {
    const traf = box(
      'traf',
      fullBox('tfhd', 0, 0x02000a, u32(1), u32(1), u32(4500)),
      fullBox('tfdt', 0, 0, u32(77)),
      fullBox('trun', 0, 0x1, u32(1), u32(100)),
    );
    expect(chunkTimes(box('moof', traf))).toEqual({ decodeTime: 77, duration: 4500 });
  });

  it('knows that only the init segment may have the duration', () => {
    const traf = box('traf', fullBox('tfhd', 0, 0, u32(1)), fullBox('tfdt', 0, 0, u32(77)));
    expect(chunkTimes(box('moof', traf))).toEqual({ decodeTime: 77, duration: null });
  });

  it('cut short anywhere in its moof it gives nothing and does not throw', () => {
    const whole = chunk(1, 2);
    for (let end = 0; end < 100; end++) expect(chunkTimes(whole.slice(0, end))).toBeNull();
  });
});
