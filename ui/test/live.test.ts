import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live, type Sink } from '../src/live/live';
import { Kind, type Media } from '../src/live/protocol';
import { bytes, type Head, message } from './bytes';
import { examples } from './examples';

class FakeSocket {
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  binaryType = '';
  closed = false;
  sent: Record<string, unknown>[] = [];

  send(text: string): void {
    const said = JSON.parse(text);
    if (said.type !== 'ping') this.sent.push(said);
    else this.pings++;
  }
  pings = 0;
  close(): void {
    this.closed = true;
  }
  say(object: object): void {
    this.onmessage?.({ data: JSON.stringify(object) });
  }
  push(head: Head, content = bytes(1, 2, 3)): void {
    this.onmessage?.({ data: message(head, content) });
  }
}

let sockets: FakeSocket[] = [];
const socket = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;

function makeLive(): Live {
  const live = new Live(() => {
    sockets.push(new FakeSocket());
    return socket() as unknown as WebSocket;
  });
  live.connect();
  return live;
}

function hello(cameras: object[] = []): void {
  socket().onopen?.();
  socket().say({ type: 'hello', version: '0.1.0', boot: 'b', server_us: 1 });
  for (const camera of cameras) socket().say({ type: 'camera', camera });
  socket().say({ type: 'listed', cameras: cameras.length });
}

// What the server says in an example of the contract.
const example = (name: string): object => JSON.parse(examples.get(name) ?? '');

function started(camera: string, stream: number, jpeg: number, rendition = 'h264'): void {
  socket().say({ type: 'started', camera, rendition, stream, jpeg_stream: jpeg });
}

class Recorder implements Sink {
  events: string[] = [];
  got: Media[] = [];
  started = (rendition: string): void => void this.events.push(`started ${rendition}`);
  poster = (media: Media, ageMs: number): void =>
    void this.events.push(`poster ${media.sequence} ${ageMs}`);
  refused = (code: string): void => void this.events.push(`refused ${code}`);
  lost = (): void => void this.events.push('lost');
  media = (media: Media): void => {
    this.events.push(`media ${media.kind} ${media.sequence}`);
    this.got.push(media);
  };
}

beforeEach(() => {
  sockets = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe('wishes', () => {
  it('are sent when the connection opens, and media go to whom they belong', () => {
    const live = makeLive();
    const porch = new Recorder();
    const gate = new Recorder();
    live.open('porch', 'h264', porch);
    live.open('gate', 'jpeg', gate);
    expect(socket().sent).toEqual([]);
    hello();
    expect(socket().sent).toEqual([
      { type: 'start', camera: 'porch', rendition: 'h264' },
      { type: 'start', camera: 'gate', rendition: 'jpeg' },
    ]);
    started('porch', 4, 3);
    started('gate', 5, 5, 'jpeg');
    socket().push({ kind: Kind.Init, stream: 4 });
    socket().push({ kind: Kind.Chunk, stream: 4, sequence: 9, flags: 1 });
    socket().push({ kind: Kind.Jpeg, stream: 5, sequence: 2 });
    socket().push({ kind: Kind.Chunk, stream: 77, sequence: 1 });
    expect(porch.events).toEqual(['started h264', 'media 1 1', 'media 2 9']);
    expect(gate.events).toEqual(['started jpeg', 'media 3 2']);
  });

  it('one sink gets the very bytes that came', () => {
    const live = makeLive();
    const sink = new Recorder();
    live.open('porch', 'h264', sink);
    hello();
    started('porch', 4, 3);
    const data = message({ kind: Kind.Chunk, stream: 4 }, bytes(1));
    socket().onmessage?.({ data });
    expect(sink.got[0]?.data).toBe(data);
  });

  it('two sinks get bytes of their own', () => {
    const live = makeLive();
    const sinks = [new Recorder(), new Recorder()] as const;
    for (const sink of sinks) live.open('porch', 'h264', sink);
    hello();
    started('porch', 4, 3);
    socket().push({ kind: Kind.Chunk, stream: 4 });
    expect(sinks[0].got[0]?.data).toEqual(sinks[1].got[0]?.data);
    expect(sinks[0].got[0]?.data).not.toBe(sinks[1].got[0]?.data);
    expect(socket().sent).toHaveLength(1);
  });

  it('a late sink gets the init segment and asks for a key', () => {
    const live = makeLive();
    live.open('porch', 'h264', new Recorder());
    hello();
    started('porch', 4, 3);
    socket().push({ kind: Kind.Init, stream: 4 });
    const late = new Recorder();
    live.open('porch', 'h264', late);
    expect(late.events).toEqual(['started h264', 'media 1 1']);
    expect(socket().sent.slice(1)).toEqual([{ type: 'key', camera: 'porch' }]);
  });

  it('stop is sent a little after the last sink went, and not if another one comes', () => {
    const live = makeLive();
    hello();
    const first = live.open('porch', 'h264', new Recorder());
    first.close();
    vi.advanceTimersByTime(200);
    const second = live.open('porch', 'h264', new Recorder());
    vi.advanceTimersByTime(1000);
    expect(socket().sent.map((m) => m.type)).toEqual(['start']);
    second.close();
    second.close();
    vi.advanceTimersByTime(1000);
    expect(socket().sent.map((m) => m.type)).toEqual(['start', 'stop']);
    started('porch', 4, 3); // an answer to a wish that is gone
    socket().push({ kind: Kind.Chunk, stream: 4 });
  });

  it('one viewer that shows JPEG only brings all of them to JPEG, until it goes', () => {
    const live = makeLive();
    const sink = new Recorder();
    live.open('porch', 'h264', sink);
    hello();
    started('porch', 4, 3);
    const other = live.open('porch', 'jpeg', new Recorder());
    started('porch', 4, 3); // late answer to the first wish: media must not be mixed up
    started('porch', 3, 3, 'jpeg');
    socket().push({ kind: Kind.Jpeg, stream: 3, sequence: 8 });
    other.close();
    expect(sink.events).toEqual(['started h264', 'started jpeg', 'media 3 8']);
    expect(socket().sent.map((m) => m.rendition)).toEqual(['h264', 'jpeg', 'h264']);
  });

  it('a viewer that goes leaves the rendition as it is', () => {
    const live = makeLive();
    hello();
    const porch = live.open('porch', 'jpeg', new Recorder());
    started('porch', 3, 3, 'jpeg');
    porch.close();
    vi.advanceTimersByTime(50);
    socket().say(example('live-camera'));
    live.open('porch', 'jpeg', new Recorder());
    expect(socket().sent).toEqual([{ type: 'start', camera: 'porch', rendition: 'jpeg' }]);
  });

  it('asks for a smaller picture when every viewer wants one', () => {
    const live = makeLive();
    hello([{ id: 'porch', name: 'Porch', source: 'push', state: 'awake', why: [], width: 640 }]);
    const first = live.open('porch', 'h264', new Recorder());
    started('porch', 4, 3);
    socket().sent = [];
    first.shrink(2);
    expect(socket().sent).toEqual([
      { type: 'start', camera: 'porch', rendition: 'h264', width: 320 },
    ]);
    first.shrink(2);
    expect(socket().sent).toHaveLength(1);
    const second = live.open('porch', 'h264', new Recorder());
    second.shrink(4);
    expect(socket().sent.at(-1)).toEqual({
      type: 'start',
      camera: 'porch',
      rendition: 'h264',
      width: 320,
    });
    first.shrink(1);
    expect(socket().sent.at(-1)).toEqual({ type: 'start', camera: 'porch', rendition: 'h264' });
  });

  it('a camera whose pictures H.264 cannot hold comes as JPEG, for as long as that is so', () => {
    const live = makeLive();
    const sink = new Recorder();
    const tell = (h264: number | null): void =>
      socket().say({ type: 'camera', camera: { id: 'porch', streams: { jpeg: 3, h264 } } });
    live.open('porch', 'h264', sink);
    hello();
    started('porch', 4, 3);
    tell(4);
    tell(null);
    started('porch', 3, 3, 'jpeg');
    tell(null);
    socket().push({ kind: Kind.Jpeg, stream: 3, sequence: 8 });
    expect(sink.events).toEqual(['started h264', 'started jpeg', 'media 3 8']);
    live.open('porch', 'h264', new Recorder()).close();
    tell(4);
    expect(socket().sent.map((m) => m.rendition)).toEqual(['h264', 'jpeg', 'h264']);
  });

  it('ask for no more pixels than the largest viewer needs', () => {
    const live = makeLive();
    hello();
    const small = live.open('porch', 'h264', new Recorder(), { width: 320, height: 240 });
    const start = { type: 'start', camera: 'porch', rendition: 'h264' };
    started('porch', 4, 3);
    const viewer = new Recorder();
    const large = live.open('porch', 'h264', viewer, { width: 640, height: 480 });
    socket().push({ kind: Kind.Chunk, flags: 1, stream: 4, sequence: 1 });
    expect(viewer.events).toEqual(['started h264', 'media 2 1']); // until the larger one comes
    started('porch', 6, 3);
    socket().push({ kind: Kind.Chunk, flags: 1, stream: 4, sequence: 2 });
    socket().push({ kind: Kind.Chunk, flags: 1, stream: 6, sequence: 1 });
    expect(viewer.events.slice(2)).toEqual(['started h264', 'media 2 1']);
    small.fit({ width: 160, height: 120 }); // which changes nothing
    large.fit({ width: 0, height: 0 });
    large.close();
    expect(socket().sent).toEqual([
      { ...start, width: 320, height: 240 },
      { ...start, width: 640, height: 480 },
      start,
      { ...start, width: 160, height: 120 },
    ]);
  });

  it('keys are asked for at most every 400 ms', () => {
    const live = makeLive();
    hello();
    const opening = live.open('porch', 'h264', new Recorder());
    for (let t = 0; t < 1000; t += 50) {
      opening.key();
      vi.advanceTimersByTime(50);
    }
    expect(socket().sent.filter((m) => m.type === 'key')).toHaveLength(3);
  });

  it('a poster is told apart from live JPEGs by its number', () => {
    const live = makeLive();
    const sink = new Recorder();
    live.open('porch', 'jpeg', sink);
    hello();
    started('porch', 3, 3, 'jpeg');
    socket().say({ type: 'poster', camera: 'porch', stream: 3, sequence: 120, age_s: 5 });
    socket().push({ kind: Kind.Jpeg, stream: 3, sequence: 120 });
    socket().push({ kind: Kind.Jpeg, stream: 3, sequence: 121 });
    expect(sink.events.slice(1)).toEqual(['poster 120 5000', 'media 3 121']);
  });

  it('a refusal reaches the sink', () => {
    const live = makeLive();
    const sink = new Recorder();
    live.open('garden', 'h264', sink);
    hello();
    socket().say({ type: 'error', code: 'no-such-camera', message: 'no', camera: 'garden' });
    expect(sink.events).toEqual(['refused no-such-camera']);
  });
});

describe('reconnecting', () => {
  it('sends the wishes again and trusts no old stream number', () => {
    const live = makeLive();
    const sink = new Recorder();
    live.open('porch', 'h264', sink);
    hello();
    started('porch', 4, 3);
    socket().onclose?.();
    expect(live.connection.state).toBe('waiting');
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
    hello();
    expect(socket().sent).toEqual([{ type: 'start', camera: 'porch', rendition: 'h264' }]);
    socket().push({ kind: Kind.Chunk, stream: 4, sequence: 1 });
    started('porch', 9, 8);
    socket().push({ kind: Kind.Chunk, stream: 9, sequence: 1 });
    expect(sink.events).toEqual(['started h264', 'lost', 'started h264', 'media 2 1']);
  });

  it('waits longer after each failure, and "try now" does not wait', () => {
    const live = makeLive();
    for (let n = 0; n < 3; n++) {
      socket().onclose?.();
      vi.advanceTimersByTime(3000);
    }
    expect(sockets).toHaveLength(4);
    socket().onclose?.();
    live.connect();
    expect(sockets).toHaveLength(5);
    live.connect();
    expect(sockets).toHaveLength(5);
  });

  it('a peer that does not answer a ping is silent within 3 s, and gone after 5 s', () => {
    const live = makeLive();
    hello();
    for (let n = 0; n < 10; n++) {
      vi.advanceTimersByTime(1000);
      socket().push({ kind: Kind.Chunk, stream: 1 });
    }
    expect(live.connection.state).toBe('connected');
    vi.advanceTimersByTime(2900);
    expect(live.connection.state).toBe('silent');
    expect(sockets[0]?.closed).toBe(false);
    vi.advanceTimersByTime(4000);
    expect(live.connection.state).not.toBe('silent');
    expect(sockets[0]?.closed).toBe(true);
  });

  it('a silent peer that speaks again is as before', () => {
    const live = makeLive();
    hello();
    live.open('porch', 'h264', new Recorder());
    vi.advanceTimersByTime(2000);
    expect(live.connection.state).toBe('silent');
    socket().say({ type: 'pong', t: 1, server_us: 1 });
    expect(live.connection.state).toBe('connected');
    expect(socket().sent).toHaveLength(1);
  });

  it('any word keeps the connection', () => {
    const live = makeLive();
    hello();
    for (let n = 0; n < 20; n++) {
      vi.advanceTimersByTime(1000);
      socket().push({ kind: Kind.Chunk, stream: 1 });
    }
    expect(live.connection.state).toBe('connected');
    expect(sockets[0]?.pings).toBeGreaterThan(8);
  });

  it('is not tried while nobody is logged in, and at once afterwards', () => {
    const live = makeLive();
    hello([{ id: 'porch' }]);
    const viewer = new Recorder();
    live.open('porch', 'h264', viewer);
    live.hold();
    expect(sockets[0]?.closed).toBe(true);
    expect([live.heard, live.cameras.size, viewer.events]).toEqual([false, 0, ['lost']]);
    live.connect(); // a tab that is shown again
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    live.release();
    live.release();
    expect(sockets).toHaveLength(2);
    hello([{ id: 'yard' }]);
    expect([...live.cameras.keys()]).toEqual(['yard']);
  });

  it('an address that never answers is given up', () => {
    makeLive();
    vi.advanceTimersByTime(8600);
    expect(sockets).toHaveLength(2);
  });

  it('a late word of an old socket changes nothing', () => {
    const live = makeLive();
    hello();
    const old = socket();
    const { onmessage } = old;
    old.onclose?.();
    onmessage?.({ data: JSON.stringify({ type: 'camera', camera: { id: 'ghost' } }) });
    expect(live.cameras.has('ghost')).toBe(false);
  });
});

describe('cameras', () => {
  it('keep their controls when news leaves them out', () => {
    const live = makeLive();
    hello([{ id: 'a', controls: [{ name: 'x', type: 'bool', value: true }] }]);
    socket().say({ type: 'camera', camera: { id: 'a', state: 'awake' } });
    expect(live.cameras.get('a')?.camera).toMatchObject({
      state: 'awake',
      controls: [{ name: 'x' }],
    });
  });

  it('say how a change of settings ended', () => {
    const live = makeLive();
    hello([{ id: 'porch' }]);
    const heard: string[] = [];
    const forget = live.onSetting('porch', (problem) => heard.push(problem));
    socket().say(example('live-setting'));
    socket().say({ ...example('live-setting'), result: 'refused', detail: 'no' });
    socket().say({ ...example('live-setting'), camera: 'yard', result: 'refused', detail: 'no' });
    forget();
    socket().say(example('live-setting'));
    expect(heard).toEqual(['', 'no']);
  });

  it('say when something moves', () => {
    const live = makeLive();
    hello([{ id: 'porch' }]);
    const heard: string[] = [];
    const forget = live.onMotion(({ camera, state }) => heard.push(`${camera} ${state}`));
    socket().say({ ...example('live-motion'), state: 'began' });
    socket().say(example('live-motion'));
    forget();
    socket().say(example('live-motion'));
    expect(heard).toEqual(['porch began', 'porch ended']);
  });

  it('come with hello and change one by one', () => {
    const live = makeLive();
    const changes: string[] = [];
    live.subscribe(() => changes.push([...live.cameras.keys()].join()));
    hello([{ id: 'a' }, { id: 'b' }]);
    socket().say({ type: 'camera', camera: { id: 'c', state: 'awake' } });
    expect(changes).toEqual(['', 'a,b', 'a,b,c']);
    expect(live.cameras.get('c')?.camera.state).toBe('awake');
    socket().onclose?.();
    vi.advanceTimersByTime(500);
    hello([{ id: 'b' }]);
    expect([...live.cameras.keys()]).toEqual(['b']);
  });
});

describe('a camera that is removed', () => {
  it('is gone, its viewers and requests hear it, and its media go nowhere', async () => {
    const live = makeLive();
    const sink = new Recorder();
    live.open('porch', 'h264', sink);
    hello([{ id: 'porch' }, { id: 'yard' }]);
    started('porch', 4, 3);
    const still = live.capture('porch');
    const other = live.set('yard', { brightness: 1 });
    socket().say(example('live-removed'));
    await expect(still).rejects.toMatchObject({ code: 'no-such-camera' });
    socket().push({ kind: Kind.Chunk, stream: 4 });
    expect([...live.cameras.keys()]).toEqual(['yard']);
    expect(sink.events).toEqual(['started h264', 'refused no-such-camera']);
    socket().say({ ...example('live-set-done'), camera: 'yard', request: 2 });
    await expect(other).resolves.toBeUndefined();
  });

  it('is asked for again when it comes back', () => {
    const live = makeLive();
    const sink = new Recorder();
    live.open('porch', 'h264', sink);
    hello([{ id: 'porch' }]);
    started('porch', 4, 3);
    socket().say(example('live-removed'));
    socket().say(example('live-camera'));
    started('porch', 9, 8);
    socket().push({ kind: Kind.Chunk, stream: 9, sequence: 1 });
    expect(socket().sent.map((m) => m.type)).toEqual(['start', 'start']);
    expect(sink.events.slice(2)).toEqual(['started h264', 'media 2 1']);
  });
});

describe('a camera that nobody has adopted', () => {
  it('is asked for again once it is adopted, and only then', () => {
    const live = makeLive();
    live.open('porch', 'h264', new Recorder());
    hello([]);
    const say = (adopted: boolean) =>
      socket().say({ type: 'camera', camera: { id: 'porch', adopted } });
    say(false);
    say(false);
    expect(socket().sent).toHaveLength(1);
    say(true);
    started('porch', 4, 3);
    say(true);
    expect(socket().sent.map((m) => m.type)).toEqual(['start', 'start']);
  });
});

describe('captures and settings', () => {
  it('a still comes in two messages', async () => {
    const live = makeLive();
    hello();
    const still = live.capture('porch');
    const { request } = socket().sent[0] as { request: number };
    socket().say({ type: 'captured', camera: 'porch', request, ok: true, width: 8, height: 6 });
    socket().push({ kind: Kind.Still, stream: 0, sequence: request, offset: 24 });
    const { blob, width, height } = await still;
    expect([width, height, blob.type]).toEqual([8, 6, 'image/jpeg']);
    expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([1, 2, 3]);
  });

  it.each([
    [{ type: 'captured', ok: false, code: 'timeout', message: 'late' }, 'late'],
    [{ type: 'error', code: 'too-many', message: 'four' }, 'four'],
  ])('%j rejects', async (answer, text) => {
    const live = makeLive();
    hello();
    const still = live.capture('porch');
    socket().say({ ...answer, camera: 'porch', request: socket().sent[0]?.request });
    await expect(still).rejects.toThrow(text);
  });

  it('a fifth capture is not even sent', async () => {
    const live = makeLive();
    hello();
    for (let n = 0; n < 4; n++) live.capture('porch').catch(() => {});
    await expect(live.capture('porch')).rejects.toThrow('Too many');
    expect(socket().sent).toHaveLength(4);
  });

  it('no answer, no connection and a lost connection reject', async () => {
    const live = makeLive();
    await expect(live.capture('porch')).rejects.toThrow('no connection');
    hello();
    const lost = live.capture('porch');
    socket().onclose?.();
    await expect(lost).rejects.toThrow('lost');
    vi.advanceTimersByTime(500);
    hello();
    const late = live.set('porch', { brightness: 1 });
    const told = expect(late).rejects.toThrow('in time');
    for (let t = 0; t < 16; t++) {
      vi.advanceTimersByTime(1000);
      socket().say({ type: 'pong', t: 0, server_us: 0 });
    }
    await told;
  });

  it('reset is what the contract shows, and resolves with set-done', async () => {
    const live = makeLive();
    hello();
    const done = live.reset('porch');
    const { request } = socket().sent[0] as { request: number };
    expect(socket().sent[0]).toEqual({ ...example('live-reset'), request });
    socket().say({ ...example('live-set-done'), request });
    await expect(done).resolves.toBeUndefined();
  });

  it('set resolves with set-done', async () => {
    const live = makeLive();
    hello();
    const done = live.set('porch', { brightness: 1 });
    expect(socket().sent[0]).toMatchObject({ type: 'set', values: { brightness: 1 } });
    const { request } = socket().sent[0] as { request: number };
    socket().say({ type: 'set-done', camera: 'porch', request, ok: true });
    await expect(done).resolves.toBeUndefined();
  });
});
