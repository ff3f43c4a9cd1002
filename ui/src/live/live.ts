// The page's only connection to the server, for the wishes, media, captures and settings of every
// camera. Wishes outlive the connection; they are sent again after a reconnect.
import { ServerClock } from './clock';
import { type Connection, Link, type OpenSocket } from './link';
import {
  type Camera,
  Kind,
  MAX_OPEN_CAPTURES,
  type Media,
  type Motion,
  parseServerMessage,
  type Rendition,
  readMedia,
  type ServerMessage,
  unit,
  type Values,
} from './protocol';

// One viewer of a camera: called for everything received for it, in order.
export interface Sink {
  started(rendition: Rendition): void; // media follow; the first chunk is a key
  media(media: Media): void; // init segment, chunk or live JPEG
  poster(media: Media, ageMs: number): void; // an old JPEG, to be shown as such
  refused(code: string, message: string): void;
  lost(): void; // the connection was lost; started follows again
}

// Pixels that are of use to a viewer; 0 = any number.
export interface Extent {
  width: number;
  height: number;
}

const ANY: Extent = { width: 0, height: 0 };

interface Asked {
  rendition: Rendition;
  extent: Extent;
}

export interface Opening {
  want(rendition: Rendition): void; // change the wish
  fit(extent: Extent): void; // no more pixels than these are useful
  key(): void; // requests a keyframe, after a decoding error
  shrink(divisor: number): void; // a smaller picture will do: 1, 2 or 4
  close(): void;
}

export interface KnownCamera {
  camera: Camera;
  heardMs: number; // performance.now(): relative times in camera count from here
}

export interface Still {
  blob: Blob;
  width: number | null;
  height: number | null;
}

export class LiveError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const STOP_AFTER_MS = 250; // a view that closes while another opens does not stop the camera
const KEY_EVERY_MS = 400;
const REQUEST_MS = 15_000;

interface Wish {
  rendition: Rendition;
  extent: Extent;
  sinks: Map<Sink, Asked>;
  divisors: Map<Sink, number>; // 1 for those that are not in it
  started: Extract<ServerMessage, { type: 'started' }> | null;
  init: Media | null;
  poster: { sequence: number; ageMs: number } | null;
  keyAskedMs: number;
  stopTimer: ReturnType<typeof setTimeout> | undefined;
}

// One rendition for all: as large as the largest of them needs.
function largest(asked: Asked[]): Extent {
  const extents = asked.map(({ extent }) => extent);
  if (extents.some(({ width }) => width === 0)) return ANY;
  return extents.reduce((a, b) => (b.width > a.width ? b : a));
}

interface Request {
  camera: string;
  resolve(value: Still | undefined): void;
  reject(error: LiveError): void;
  timer: ReturnType<typeof setTimeout>;
  still: { width: number | null; height: number | null } | null;
  capture: boolean;
}

export class Live {
  readonly clock = new ServerClock();
  cameras: ReadonlyMap<string, KnownCamera> = new Map();
  heard = false; // the server has listed its cameras: the map is complete
  version = '';
  changes = 0; // of the connection or a camera, so far
  private readonly link: Link;
  private readonly wishes = new Map<string, Wish>();
  private readonly streams = new Map<number, Wish>();
  private readonly requests = new Map<number, Request>();
  private readonly listeners = new Set<() => void>();
  private readonly motionListeners = new Set<(motion: Motion) => void>();
  private readonly settingListeners = new Map<string, Set<(problem: string) => void>>();
  private listing: Set<string> | null = null; // cameras received since hello, until all are
  private lastRequest = 0;

  constructor(openSocket: OpenSocket) {
    this.link = new Link(openSocket, {
      opened: () => this.opened(),
      lost: () => this.lost(),
      text: (text, now) => this.text(text, now),
      binary: (data, now) => this.binary(data, now),
      beat: (now) => this.link.send({ type: 'ping', t: now }),
      changed: () => this.changed(),
    });
  }

  get connection(): Connection {
    return this.link.connection;
  }

  // performance.now() of the last message of the server.
  get heardMs(): number {
    return this.link.heardMs;
  }

  connect(): void {
    this.link.connect();
  }

  // Logged out: no attempts before release(), and the known state is dropped.
  hold(): void {
    this.link.hold();
    this.cameras = new Map();
    this.heard = false;
    this.changed();
  }

  release(): void {
    this.link.release();
  }

  // Called for every change of the connection or of a camera.
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // Called when a change of the camera's settings ended: with '' or with what failed.
  onSetting(camera: string, listener: (problem: string) => void): () => void {
    const listeners = this.settingListeners.get(camera) ?? new Set();
    this.settingListeners.set(camera, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  // Called when something begins to move in front of an armed camera, and when that has ended.
  onMotion(listener: (motion: Motion) => void): () => void {
    this.motionListeners.add(listener);
    return () => this.motionListeners.delete(listener);
  }

  open(camera: string, rendition: Rendition, sink: Sink, extent = ANY): Opening {
    const asked = { rendition, extent };
    let wish = this.wishes.get(camera);
    if (!wish) {
      wish = {
        rendition: this.renditionFor(camera, [asked]),
        extent,
        sinks: new Map([[sink, asked]]),
        divisors: new Map(),
        started: null,
        init: null,
        poster: null,
        keyAskedMs: Number.NEGATIVE_INFINITY,
        stopTimer: undefined,
      };
      this.wishes.set(camera, wish);
      this.start(camera, wish);
    } else {
      clearTimeout(wish.stopTimer);
      wish.sinks.set(sink, asked);
      this.settle(camera, wish);
      this.joinLate(camera, wish, sink);
    }
    const opened = wish;
    const change = (next: Partial<Asked>): void => {
      if (!opened.sinks.has(sink)) return;
      Object.assign(asked, next);
      this.settle(camera, opened);
    };
    return {
      want: (next) => change({ rendition: next }),
      fit: (next) => change({ extent: next }),
      key: () => this.key(camera, opened),
      shrink: (divisor) => this.shrink(camera, opened, sink, divisor),
      close: () => this.close(camera, opened, sink),
    };
  }

  capture(camera: string): Promise<Still> {
    const open = [...this.requests.values()].filter((r) => r.capture).length;
    if (open >= MAX_OPEN_CAPTURES)
      return Promise.reject(new LiveError('too-many', 'Too many captures at once.'));
    return this.request(camera, true, { type: 'capture' }) as Promise<Still>;
  }

  async set(camera: string, values: Values): Promise<void> {
    await this.request(camera, false, { type: 'set', values });
  }

  // Resets every control to its default.
  async reset(camera: string): Promise<void> {
    await this.request(camera, false, { type: 'reset' });
  }

  private request(camera: string, capture: boolean, body: object): Promise<Still | undefined> {
    const request = ++this.lastRequest;
    return new Promise((resolve, reject) => {
      if (!this.link.send({ ...body, camera, request })) {
        reject(new LiveError('no-server', 'There is no connection to the server.'));
        return;
      }
      const timer = setTimeout(() => {
        this.requests.delete(request);
        reject(new LiveError('timeout', 'The camera did not answer in time.'));
      }, REQUEST_MS);
      this.requests.set(request, { camera, resolve, reject, timer, still: null, capture });
    });
  }

  // The largest size that one of the sinks wants; undefined: the camera's own.
  private widthOf(camera: string, wish: Wish): number | undefined {
    const width = this.cameras.get(camera)?.camera.width;
    const divisor = Math.min(...[...wish.sinks.keys()].map((sink) => wish.divisors.get(sink) ?? 1));
    return width && divisor > 1 && divisor < Infinity ? Math.floor(width / divisor) : undefined;
  }

  private start(camera: string, wish: Wish): void {
    const { rendition, extent } = wish;
    const width = this.widthOf(camera, wish); // for a thin link, besides what is of use
    const bound = width && (extent.width === 0 || width < extent.width) ? { width } : extent;
    this.link.send({ type: 'start', camera, rendition, ...(bound.width > 0 && bound) });
  }

  private shrink(camera: string, wish: Wish, sink: Sink, divisor: number): void {
    if (!wish.sinks.has(sink)) return;
    const before = this.widthOf(camera, wish);
    wish.divisors.set(sink, divisor);
    if (this.widthOf(camera, wish) === before) return;
    wish.started = null;
    wish.init = null;
    this.start(camera, wish);
  }

  // One rendition per camera and page: JPEG if at least one viewer can show nothing else, or the
  // camera has nothing else.
  private renditionFor(camera: string, asked: Iterable<Asked>): Rendition {
    const onlyJpeg = this.cameras.get(camera)?.camera.streams?.h264 === null;
    return onlyJpeg || [...asked].some((one) => one.rendition === 'jpeg') ? 'jpeg' : 'h264';
  }

  private settle(camera: string, wish: Wish): void {
    if (wish.sinks.size === 0) return; // about to stop
    const asked = [...wish.sinks.values()];
    const rendition = this.renditionFor(camera, asked);
    const extent = largest(asked);
    if (rendition === wish.rendition && extent.width === wish.extent.width) return;
    if (rendition !== wish.rendition) wish.started = wish.init = null; // else the old one shows on
    wish.rendition = rendition;
    wish.extent = extent;
    this.start(camera, wish);
  }

  private joinLate(camera: string, wish: Wish, sink: Sink): void {
    if (!wish.started) return;
    sink.started(wish.started.rendition);
    if (wish.started.rendition !== 'h264' || !wish.init) return;
    sink.media({ ...wish.init, data: wish.init.data.slice(0) });
    this.key(camera, wish);
  }

  private key(camera: string, wish: Wish): void {
    const now = performance.now();
    if (now - wish.keyAskedMs < KEY_EVERY_MS) return;
    if (this.link.send({ type: 'key', camera })) wish.keyAskedMs = now;
  }

  private close(camera: string, wish: Wish, sink: Sink): void {
    wish.divisors.delete(sink);
    if (!wish.sinks.delete(sink)) return;
    if (wish.sinks.size > 0) {
      this.settle(camera, wish);
      return;
    }
    wish.stopTimer = setTimeout(() => {
      this.wishes.delete(camera);
      this.forget(wish);
      this.link.send({ type: 'stop', camera });
    }, STOP_AFTER_MS);
  }

  private forget(wish: Wish): void {
    for (const [number, owner] of this.streams) if (owner === wish) this.streams.delete(number);
    wish.started = null;
    wish.init = null;
    wish.poster = null;
  }

  private opened(): void {
    for (const [camera, wish] of this.wishes) this.start(camera, wish);
  }

  private lost(): void {
    for (const wish of this.wishes.values()) {
      this.forget(wish);
      for (const sink of wish.sinks.keys()) sink.lost();
    }
    for (const request of this.requests.values()) {
      clearTimeout(request.timer);
      request.reject(new LiveError('no-server', 'The connection to the server was lost.'));
    }
    this.requests.clear();
  }

  private changed(): void {
    this.changes++;
    for (const listener of this.listeners) listener();
  }

  private text(text: string, nowMs: number): void {
    const message = parseServerMessage(text);
    if (!message) return;
    switch (message.type) {
      case 'hello':
        this.version = message.version;
        this.clock.hello(message.server_us, nowMs);
        this.listing = new Set();
        break;
      case 'listed':
        this.listed();
        break;
      case 'camera':
        this.heardOf(message.camera, nowMs);
        break;
      case 'removed':
        this.removed(message.camera);
        break;
      case 'pong':
        this.clock.pong(message.t, message.server_us, nowMs);
        break;
      case 'started':
        this.started(message);
        break;
      case 'poster': {
        const wish = this.wishes.get(message.camera);
        if (wish) wish.poster = { sequence: message.sequence, ageMs: message.age_s * 1000 };
        break;
      }
      case 'captured':
      case 'set-done':
        this.answered(message);
        break;
      case 'setting':
        for (const listener of this.settingListeners.get(message.camera) ?? [])
          listener(message.result === 'refused' ? message.detail : '');
        break;
      case 'motion':
        for (const listener of this.motionListeners) listener(message);
        break;
      case 'error':
        this.refused(message);
        break;
      default: // stopped, and what a newer server may say
        break;
    }
  }

  // Cameras that the server did not list were removed while there was no connection.
  private listed(): void {
    const told = this.listing ?? new Set();
    this.cameras = new Map([...this.cameras].filter(([id]) => told.has(id)));
    this.listing = null;
    this.heard = true;
    this.changed();
  }

  private heardOf(news: Camera, nowMs: number): void {
    const before = this.cameras.get(news.id)?.camera;
    // Controls are left out if they are unchanged.
    const camera = before?.controls ? { controls: before.controls, ...news } : news;
    this.listing?.add(camera.id);
    this.cameras = new Map(this.cameras).set(camera.id, { camera, heardMs: nowMs });
    // A wish that was refused because the camera did not exist or was not adopted.
    const wish = this.wishes.get(camera.id);
    const isOpen = camera.adopted !== false;
    const isNew = !before && !this.listing; // else start was sent when the connection opened
    if (wish && !wish.started && isOpen && (isNew || before?.adopted === false))
      this.start(camera.id, wish);
    else if (wish) this.settle(camera.id, wish);
    if (!this.listing) this.changed();
  }

  private removed(camera: string): void {
    const left = new Map(this.cameras);
    left.delete(camera);
    this.cameras = left;
    const gone = 'This camera was removed.';
    for (const [number, request] of this.requests) {
      if (request.camera !== camera) continue;
      this.requests.delete(number);
      clearTimeout(request.timer);
      request.reject(new LiveError('no-such-camera', gone));
    }
    const wish = this.wishes.get(camera);
    if (wish) {
      this.forget(wish);
      for (const sink of wish.sinks.keys()) sink.refused('no-such-camera', gone);
    }
    this.changed();
  }

  private started(message: Extract<ServerMessage, { type: 'started' }>): void {
    const wish = this.wishes.get(message.camera);
    if (!wish || message.rendition !== wish.rendition) return; // answers a wish since changed
    this.forget(wish);
    wish.started = message;
    this.streams.set(message.stream, wish);
    if (message.jpeg_stream !== undefined) this.streams.set(message.jpeg_stream, wish);
    for (const sink of wish.sinks.keys()) sink.started(message.rendition);
  }

  private answered(message: Extract<ServerMessage, { type: 'captured' | 'set-done' }>): void {
    const request = this.requests.get(message.request);
    if (!request) return;
    if (message.type === 'captured' && message.ok) {
      request.still = { width: message.width ?? null, height: message.height ?? null };
      return; // the binary message that follows resolves it
    }
    this.requests.delete(message.request);
    clearTimeout(request.timer);
    if (message.ok) request.resolve(undefined);
    else
      request.reject(
        new LiveError(message.code ?? 'failed', message.message ?? 'It did not work.'),
      );
  }

  private refused(message: Extract<ServerMessage, { type: 'error' }>): void {
    const request = message.request === undefined ? null : this.requests.get(message.request);
    if (request && message.request !== undefined) {
      this.requests.delete(message.request);
      clearTimeout(request.timer);
      request.reject(new LiveError(message.code, message.message));
      return;
    }
    const wish = message.camera === undefined ? null : this.wishes.get(message.camera);
    if (wish) for (const sink of wish.sinks.keys()) sink.refused(message.code, message.message);
  }

  private binary(data: ArrayBuffer, nowMs: number): void {
    const media = readMedia(data, nowMs);
    if (!media) return;
    if (media.kind === Kind.Still) {
      const request = this.requests.get(media.sequence);
      if (!request?.capture) return;
      this.requests.delete(media.sequence);
      clearTimeout(request.timer);
      const blob = new Blob([unit(media)], { type: 'image/jpeg' });
      request.resolve({ blob, width: null, height: null, ...request.still });
      return;
    }
    const wish = this.streams.get(media.stream);
    if (!wish?.started) return; // of a stream that was stopped meanwhile
    if (media.kind === Kind.Init) wish.init = { ...media, data: media.data.slice(0) };
    if (media.kind === Kind.Jpeg && wish.poster?.sequence === media.sequence) {
      const { ageMs } = wish.poster;
      wish.poster = null;
      for (const sink of wish.sinks.keys()) sink.poster(media, ageMs);
      return;
    }
    if (media.kind === Kind.Jpeg && wish.started.rendition !== 'jpeg') return;
    // A sink may transfer the bytes to a worker; with several, each but the last gets a copy.
    let left = wish.sinks.size;
    for (const sink of [...wish.sinks.keys()])
      sink.media(--left === 0 ? media : { ...media, data: media.data.slice(0) });
  }
}
