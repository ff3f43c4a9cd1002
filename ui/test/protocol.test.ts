import { describe, expect, it } from 'vitest';
import {
  Kind,
  lostBetween,
  parseServerMessage,
  payload,
  readMedia,
  unit,
} from '../src/live/protocol';
import { bytes, message } from './bytes';
import { examples } from './examples';

describe('examples of docs/protocol.md', () => {
  const serverTypes: Record<string, string> = {
    'live-hello': 'hello',
    'live-listed': 'listed',
    'live-camera': 'camera',
    'live-removed': 'removed',
    'live-started': 'started',
    'live-poster': 'poster',
    'live-stopped': 'stopped',
    'live-captured': 'captured',
    'live-set-done': 'set-done',
    'live-setting': 'setting',
    'live-motion': 'motion',
    'live-pong': 'pong',
    'live-error': 'error',
  };
  for (const [name, type] of Object.entries(serverTypes))
    it(`${name} is read as ${type}`, () => {
      expect(parseServerMessage(examples.get(name) ?? '')?.type).toBe(type);
    });

  it('every example of the page is JSON with the type that its name says', () => {
    for (const name of ['start', 'stop', 'key', 'capture', 'set', 'reset', 'ping'])
      expect(JSON.parse(examples.get(`live-${name}`) ?? 'null').type).toBe(name);
  });
});

describe('parseServerMessage', () => {
  it.each(['', '{', 'null', '7', '[]', '{"type":3}'])('refuses %j', (text) => {
    expect(parseServerMessage(text)).toBeNull();
  });
});

describe('readMedia', () => {
  it('reads every field, big-endian', () => {
    const data = message(
      {
        kind: Kind.Chunk,
        flags: 1,
        stream: 0x01020304,
        sequence: 0xfffffffe,
        offset: 26,
        captureUs: 5 * 2 ** 32 + 7,
      },
      bytes(9, 8, 7, 6),
    );
    const media = readMedia(data, 12.5);
    expect(media).toMatchObject({
      kind: Kind.Chunk,
      key: true,
      stream: 0x01020304,
      sequence: 0xfffffffe,
      unitOffset: 26,
      captureUs: 5 * 2 ** 32 + 7,
      arrivedMs: 12.5,
    });
    if (!media) return;
    expect([...payload(media)]).toEqual([9, 8, 7, 6]);
    expect([...unit(media)]).toEqual([7, 6]);
    expect(unit(media).buffer).toBe(data); // not a copy
  });

  it('other flags do not make a key', () => {
    expect(readMedia(message({ flags: 0xfffe }), 0)?.key).toBe(false);
  });

  it.each([
    ['short', message({}).slice(0, 23)],
    ['another version', message({ version: 2 })],
    ['kind 0', message({ kind: 0 })],
    ['kind 5', message({ kind: 5 })],
    ['an offset in the header', message({ offset: 23 })],
    ['an offset behind the end', message({ offset: 25 })],
  ])('refuses %s', (_name, data) => {
    expect(readMedia(data, 0)).toBeNull();
  });

  it('an init segment has no unit', () => {
    expect(readMedia(message({ kind: Kind.Init, offset: 0 }), 0)).not.toBeNull();
  });
});

describe('lostBetween', () => {
  it.each([
    [null, 7, 0],
    [1, 2, 0],
    [1, 5, 3],
    [0xffffffff, 0, 0],
    [0xfffffffe, 1, 2],
    [5, 5, 0],
    [500, 1, 0],
  ])('%s then %s: %s', (last, next, lost) => {
    expect(lostBetween(last, next)).toBe(lost);
  });
});
