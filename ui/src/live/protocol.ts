// The protocol between server and page (docs/protocol.md, sections 2 and 2.4): types of the JSON
// messages, and the reader of the header of every binary message.

export const SUBPROTOCOL = 'eyelid.live.v1';
export const HEAD_BYTES = 24;
export const MAX_OPEN_CAPTURES = 4;

export type Rendition = 'h264' | 'jpeg';
export type Value = number | boolean | string;
export type Values = Record<string, Value>;

interface AnyControl {
  name: string;
  group?: string;
  auto?: string; // the bool control that overrides this one while it is true
}

export interface IntControl extends AnyControl {
  type: 'int';
  min: number;
  max: number;
  step?: number;
  default?: number;
  value?: number;
}

export interface BoolControl extends AnyControl {
  type: 'bool';
  default?: boolean;
  value?: boolean;
}

export interface MenuControl extends AnyControl {
  type: 'menu';
  options: string[];
  default?: string;
  value?: string;
}

export type Control = IntControl | BoolControl | MenuControl;

export interface Why {
  reason: string;
  rendition: string;
  count: number;
  for_s: number;
}

// Only id is guaranteed: the server may be older than the page.
export interface Camera {
  id: string;
  name?: string;
  source?: string; // push, v4l2, libcamera or http
  address?: string | null;
  adopted?: boolean; // false: found, and waits to be adopted
  model?: string | null;
  controlled?: boolean;
  state?: 'offline' | 'asleep' | 'waking' | 'awake' | 'lingering';
  state_since_s?: number;
  sleeping_for_s?: number | null;
  retry_in_s?: number | null;
  error?: string | null;
  width?: number | null;
  height?: number | null;
  fps?: number | null;
  encoder?: string | null;
  encoder_note?: string | null;
  battery?: number | null;
  controls?: Control[];
  streams?: { jpeg?: number; h264?: number | null }; // h264 null: only JPEG is available
  why?: Why[];
  awake_today_s?: Record<string, number>;
  last_frame_age_s?: number | null;
}

export type ServerMessage =
  | { type: 'hello'; version: string; boot: string; server_us: number }
  | { type: 'listed'; cameras: number } // every camera was sent once since hello
  | { type: 'camera'; camera: Camera }
  | { type: 'removed'; camera: string }
  | { type: 'started'; camera: string; rendition: Rendition; stream: number; jpeg_stream?: number }
  | { type: 'poster'; camera: string; stream: number; sequence: number; age_s: number }
  | { type: 'stopped'; camera: string }
  | {
      type: 'captured';
      camera: string;
      request: number;
      ok: boolean;
      width?: number;
      height?: number;
      bytes?: number;
      code?: string;
      message?: string;
    }
  | {
      type: 'set-done'; // accepted; the camera's result follows as `setting`
      camera: string;
      request: number;
      ok: boolean;
      change?: number;
      code?: string;
      message?: string;
    }
  | {
      type: 'setting';
      camera: string;
      change: number;
      result: 'applied' | 'corrected' | 'refused';
      values: Values;
      detail: string;
    }
  | {
      type: 'motion';
      camera: string;
      event: number;
      state: 'began' | 'ended';
      start: string;
      end: string | null;
      box: [number, number, number, number]; // left, top, width, height in parts of the picture
      area: number; // percent of the picture
      score: number;
      photo: string | null; // items of the archive
      clip: string | null;
    }
  | { type: 'pong'; t: number; server_us: number }
  | { type: 'error'; code: string; message: string; camera?: string; request?: number };

export type Motion = Extract<ServerMessage, { type: 'motion' }>;

export const Kind = { Init: 1, Chunk: 2, Jpeg: 3, Still: 4 } as const;

export interface Media {
  kind: number; // of Kind
  key: boolean;
  stream: number;
  sequence: number;
  unitOffset: number;
  captureUs: number;
  arrivedMs: number; // performance.now() when the message came
  data: ArrayBuffer; // the whole message, header included
}

// null: not a media message of this version. Nothing is copied.
export function readMedia(data: ArrayBuffer, arrivedMs: number): Media | null {
  if (data.byteLength < HEAD_BYTES) return null;
  const view = new DataView(data);
  const kind = view.getUint8(1);
  const unitOffset = view.getUint16(12);
  if (view.getUint8(0) !== 1 || kind < Kind.Init || kind > Kind.Still) return null;
  if (kind !== Kind.Init && (unitOffset < HEAD_BYTES || unitOffset > data.byteLength)) return null;
  return {
    kind,
    key: (view.getUint16(2) & 1) !== 0,
    stream: view.getUint32(4),
    sequence: view.getUint32(8),
    unitOffset,
    captureUs: view.getInt32(16) * 2 ** 32 + view.getUint32(20),
    arrivedMs,
    data,
  };
}

// The content after the header: an init segment, a moof+mdat, or a JPEG.
export function payload(media: Media): Uint8Array<ArrayBuffer> {
  return new Uint8Array(media.data, HEAD_BYTES);
}

// Only the access unit or JPEG.
export function unit(media: Media): Uint8Array<ArrayBuffer> {
  return new Uint8Array(media.data, media.unitOffset);
}

// How many packets were lost before this one; sequence numbers have 32 bits and may wrap. A number
// that did not increase means that the stream was restarted.
export function lostBetween(last: number | null, sequence: number): number {
  if (last === null) return 0;
  const step = (sequence - last) >>> 0;
  return step === 0 || step > 0x7fffffff ? 0 : step - 1;
}

export function parseServerMessage(text: string): ServerMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null) return null;
    return typeof (message as { type?: unknown }).type === 'string'
      ? (message as ServerMessage)
      : null;
  } catch {
    return null;
  }
}
