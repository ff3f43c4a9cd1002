// WebCodecs for one stream: chunks in, frames out, the newest wins. Runs on the page and in a
// worker, so it uses nothing specific to either.
import { Kind, type Media, payload, unit } from '../live/protocol';
import { codecString, findAvcC } from './mp4';

export interface UnitTimes {
  captureUs: number;
  arrivedMs: number;
}

export interface DecodeHost {
  frame(frame: VideoFrame, times: UnitTimes): void; // owns the frame and must close it
  pending(units: number): void;
  needKey(): void;
  // 'colours': pictures with wrong colours. Any other reason: no pictures.
  failed(reason: string): void;
}

const ERRORS_MAX = 3; // in a row, without a frame in between

export class Decode {
  private decoder: VideoDecoder | null = null;
  private config: VideoDecoderConfig | null = null;
  private waitKey = true;
  private errors = 0;
  private checkedColours = false;
  private lastTimestamp = Number.NEGATIVE_INFINITY;
  private readonly times = new Map<number, UnitTimes>();

  constructor(private readonly host: DecodeHost) {}

  take(media: Media): void {
    if (media.kind === Kind.Init) this.init(media);
    else if (media.kind === Kind.Chunk) this.chunk(media);
  }

  // Releases the browser's decoder; the next init segment creates another one.
  close(): void {
    if (this.decoder && this.decoder.state !== 'closed') this.decoder.close();
    this.decoder = null;
    this.times.clear();
    this.waitKey = true;
  }

  private init(media: Media): void {
    const description = findAvcC(payload(media));
    if (!description) {
      this.host.failed('no-avcc');
      return;
    }
    this.config = { codec: codecString(description), description, optimizeForLatency: true };
    this.configure();
  }

  private configure(): void {
    this.close();
    if (!this.config) return;
    const decoder = new VideoDecoder({
      output: (frame) => {
        if (decoder !== this.decoder) frame.close();
        else this.output(frame);
      },
      error: () => {
        if (decoder === this.decoder) this.broken();
      },
    });
    this.decoder = decoder;
    try {
      decoder.configure(this.config);
    } catch {
      this.host.failed('configure');
    }
  }

  private broken(): void {
    this.close();
    if (++this.errors >= ERRORS_MAX) this.host.failed('decoder');
    else this.host.needKey();
  }

  private chunk(media: Media): void {
    if (this.waitKey && !media.key) {
      this.host.needKey();
      return;
    }
    if (!this.decoder || this.decoder.state === 'closed') this.configure();
    if (!this.decoder) return;
    // Frames are matched by timestamp, so each must be unique and increasing.
    const timestamp = Math.max(media.captureUs, this.lastTimestamp + 1);
    try {
      this.decoder.decode(
        new EncodedVideoChunk({ type: media.key ? 'key' : 'delta', timestamp, data: unit(media) }),
      );
    } catch {
      this.broken();
      return;
    }
    this.lastTimestamp = timestamp;
    this.waitKey = false;
    this.times.set(timestamp, media);
    this.host.pending(this.times.size);
  }

  // Our streams are signalled as full range. A browser that decodes them as limited range clips
  // highlights and shadows (Firefox 153; docs/decisions/colours.md).
  private checkColours(frame: VideoFrame): void {
    this.checkedColours = true;
    if (frame.colorSpace?.fullRange === false) this.host.failed('colours');
  }

  private output(frame: VideoFrame): void {
    this.errors = 0;
    if (!this.checkedColours) this.checkColours(frame);
    const times = this.times.get(frame.timestamp);
    // Frames come in order: older entries will not be needed any more.
    for (const timestamp of this.times.keys())
      if (timestamp <= frame.timestamp) this.times.delete(timestamp);
    this.host.pending(this.times.size);
    if (times) this.host.frame(frame, times);
    else frame.close();
  }
}
