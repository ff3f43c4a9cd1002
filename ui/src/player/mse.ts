// Media Source Extensions: one SourceBuffer, a queue of chunks, and the controller that keeps the
// video at the live edge. Used over plain http, where browsers disable WebCodecs.
import { Kind, type Media, payload } from '../live/protocol';
import { chunkTimes, codecString, findAvcC, timescale } from './mp4';
import { MseControl } from './mse_control';
import { type Line, place } from './mse_line';
import { makeVideo, play, type Surface, type SurfaceHost } from './surface';

const QUEUE_MAX = 120; // units; a browser this far behind continues with a new key instead
const TICK_MS = 100;
const REPORT_MS = 250;
const REMEMBER_UNITS = 256;

type Source = MediaSource | ManagedMediaSource;

interface Appended {
  time: number; // presentation time in the video, s
  captureUs: number;
  arrivedMs: number;
}

export function mediaSourceClass(): typeof MediaSource | undefined {
  return typeof ManagedMediaSource !== 'undefined'
    ? ManagedMediaSource
    : typeof MediaSource !== 'undefined'
      ? MediaSource
      : undefined;
}

export class MseSurface implements Surface {
  readonly delivery = 'mse';
  readonly rendition = 'h264';
  readonly element = makeVideo();
  private readonly source: Source;
  private readonly url: string;
  private readonly timer: ReturnType<typeof setInterval>;
  private buffer: SourceBuffer | null = null;
  private codec = '';
  private ticks = 90_000; // per second
  private readonly controller = new MseControl();
  private appending: 'key' | 'delta' | null = null; // a chunk
  private line: Line = { offset: 0, newest: 0, end: 0, begun: false };
  private queue: Media[] = [];
  private waitKey = true;
  private appended: Appended[] = [];
  private keys: number[] = []; // presentation times, s; the first has been shown or is the only one
  private framesSeen = 0;
  private reportedMs = 0;

  constructor(private readonly host: SurfaceHost) {
    const Class = mediaSourceClass() as typeof MediaSource;
    this.source = new Class();
    this.source.addEventListener('sourceopen', () => this.feed());
    this.source.addEventListener('endstreaming', () => this.hold());
    this.source.addEventListener('startstreaming', () => this.host.needKey());
    this.url = URL.createObjectURL(this.source);
    this.element.src = this.url;
    this.element.addEventListener('error', () => this.host.failed('media-error'));
    this.element.addEventListener('timeupdate', () => this.report());
    for (const event of ['loadeddata', 'seeked'])
      this.element.addEventListener(event, () => this.control());
    this.timer = setInterval(() => this.control(), TICK_MS);
  }

  take(media: Media): void {
    if (media.kind === Kind.Chunk) {
      if ('streaming' in this.source && !this.source.streaming && this.element.readyState >= 3) {
        this.hold();
        return;
      }
      if (this.waitKey && !media.key) {
        this.host.needKey();
        return;
      }
      this.waitKey = false;
    }
    if (this.queue.length >= QUEUE_MAX) this.hold();
    else {
      this.queue.push(media);
      this.feed();
    }
  }

  pause(): void {
    this.queue = [];
    this.appended = []; // or the first frame after the pause would be taken for one of these
    this.waitKey = true;
  }

  destroy(): void {
    clearInterval(this.timer);
    this.queue = [];
    this.buffer = null;
    this.element.removeAttribute('src');
    this.element.load();
    URL.revokeObjectURL(this.url);
  }

  // Drops waiting units, except an init segment; continues with a key.
  private hold(): void {
    this.queue = this.queue.filter((media) => media.kind === Kind.Init);
    this.waitKey = true;
  }

  private feed(): void {
    if (this.source.readyState !== 'open' || this.buffer?.updating) return;
    const media = this.queue.shift();
    if (!media) return;
    try {
      if (media.kind === Kind.Init) this.init(payload(media));
      else this.chunk(media);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'QuotaExceededError') this.makeRoom();
      else this.host.failed('append');
    }
  }

  private init(bytes: Uint8Array<ArrayBuffer>): void {
    const avcC = findAvcC(bytes);
    const type = avcC && `video/mp4; codecs="${codecString(avcC)}"`;
    if (!type || !mediaSourceClass()?.isTypeSupported(type)) {
      this.host.failed('unsupported');
      return;
    }
    this.ticks = timescale(bytes) ?? this.ticks;
    if (!this.buffer) {
      this.buffer = this.source.addSourceBuffer(type);
      this.buffer.mode = 'segments';
      this.buffer.addEventListener('updateend', () => {
        this.control(this.appending);
        this.appending = null;
        this.feed();
      });
    } else if (type !== this.codec) this.buffer.changeType(type);
    this.codec = type;
    this.buffer.appendBuffer(bytes);
  }

  private chunk(media: Media): void {
    const bytes = payload(media);
    const times = chunkTimes(bytes);
    if (!this.buffer || !times) {
      this.feed();
      return;
    }
    const placed = place(
      this.line,
      times.decodeTime / this.ticks,
      (times.duration ?? this.ticks / 15) / this.ticks,
    );
    if (placed.line.offset !== this.line.offset) this.buffer.timestampOffset = placed.line.offset;
    this.line = placed.line;
    this.appended.push({
      time: placed.time,
      captureUs: media.captureUs,
      arrivedMs: media.arrivedMs,
    });
    if (this.appended.length > REMEMBER_UNITS) this.appended.shift();
    if (media.key) this.keys.push(placed.time);
    this.appending = media.key ? 'key' : 'delta';
    this.buffer.appendBuffer(bytes);
  }

  private makeRoom(): void {
    this.hold();
    const now = this.element.currentTime;
    if (this.buffer && !this.buffer.updating && now > 1) this.buffer.remove(0, now - 0.5);
  }

  private control(justAppended: 'key' | 'delta' | null = null): void {
    const { element: video, buffer } = this;
    if (!buffer || this.source.readyState !== 'open') return;
    const ranges: [number, number][] = [];
    for (let i = 0; i < buffer.buffered.length; i++)
      ranges.push([buffer.buffered.start(i), buffer.buffered.end(i)]);
    while (this.keys.length > 1 && (this.keys[1] as number) <= video.currentTime) this.keys.shift();
    const action = this.controller.step({
      nowMs: performance.now(),
      readyState: video.readyState,
      paused: video.paused,
      seeking: video.seeking,
      currentTime: video.currentTime,
      newest: this.appended[this.appended.length - 1]?.time ?? null,
      key: this.keys[0] ?? null,
      justAppended,
      buffered: ranges,
    });
    if (action.play) play(video, () => this.host.failed('autoplay', true));
    if (action.askKey) this.host.needKey();
    if (action.seek !== null) video.currentTime = action.seek;
    if (action.rate !== video.playbackRate) video.playbackRate = action.rate;
    if (action.trim !== null && !buffer.updating) buffer.remove(0, action.trim);
    this.report();
  }

  // The frame on the screen is the newest one whose time has come.
  private report(): void {
    const atMs = performance.now();
    const total = framesShown(this.element);
    if (total < this.framesSeen) this.framesSeen = 0; // WebKit counts anew after a seek
    const frames = total - this.framesSeen;
    if (frames <= 0 || (this.framesSeen > 0 && atMs - this.reportedMs < REPORT_MS)) return;
    this.framesSeen = total;
    this.reportedMs = atMs;
    const now = this.element.currentTime + 0.001;
    const current = this.appended.findLast((unit) => unit.time <= now);
    const newest = this.appended[this.appended.length - 1];
    if (!current || !newest) return;
    const lagMs = Math.max(0, (newest.time - now) * 1000);
    const shownMs = atMs - (now - current.time) * 1000; // when its time came
    this.host.shown({ frames, captureUs: current.captureUs, lagMs, atMs: shownMs });
  }
}

function framesShown(video: HTMLVideoElement): number {
  const quality = video.getVideoPlaybackQuality?.();
  return quality ? quality.totalVideoFrames - quality.droppedVideoFrames : 0;
}
