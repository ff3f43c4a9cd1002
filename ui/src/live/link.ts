// A WebSocket that reconnects: connects, notices a dead peer, waits and connects again. Knows
// nothing about cameras.
import { Backoff } from './backoff';

export type Connection =
  | { state: 'connecting' }
  | { state: 'connected' }
  | { state: 'silent' } // connected, and the server does not answer a ping
  | { state: 'waiting'; retryAtMs: number }; // performance.now() of the next attempt

export interface LinkEvents {
  opened(): void;
  lost(): void;
  text(text: string, nowMs: number): void;
  binary(data: ArrayBuffer, nowMs: number): void;
  beat(nowMs: number): void; // time to send a ping
  changed(): void; // connection has a new value
}

export type OpenSocket = () => WebSocket;

const BEAT_MS = 1000;
const FIRST_BEATS = 5; // quick ones at the start, to set the clock
const FIRST_BEAT_MS = 150;
const SILENT_MS = 1500; // no message for this long after a ping: shown within 3 s, with BEAT_MS
const DEAD_MS = 5000; // no message for this long: the peer is gone
const CONNECT_MS = 8000;

export class Link {
  connection: Connection = { state: 'connecting' };
  private socket: WebSocket | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private beatTimer: ReturnType<typeof setTimeout> | undefined;
  private silentTimer: ReturnType<typeof setTimeout> | undefined;
  private openedMs = 0;
  private beats = 0;
  heardMs = 0; // performance.now() of the last message
  private askedMs: number | null = null; // the oldest ping without a message after it
  private isHeld = false;

  constructor(
    private readonly openSocket: OpenSocket,
    private readonly events: LinkEvents,
    private readonly backoff = new Backoff(),
  ) {}

  // Connects now, unless it is connected or about to be. Also the user's "try now".
  connect(): void {
    if (this.socket || this.isHeld) return;
    clearTimeout(this.retryTimer);
    const socket = this.openSocket();
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.onOpen(socket);
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.socket) return;
      this.askedMs = null;
      this.heardMs = performance.now();
      if (this.connection.state === 'silent') this.change({ state: 'connected' });
      if (typeof event.data === 'string') this.events.text(event.data, performance.now());
      else this.events.binary(event.data, performance.now());
    };
    socket.onclose = () => this.drop(socket);
    this.beatTimer = setTimeout(() => this.drop(socket), CONNECT_MS);
    this.change({ state: 'connecting' });
  }

  // Ends the connection; none is tried before release().
  hold(): void {
    this.isHeld = true;
    clearTimeout(this.retryTimer);
    if (this.socket) this.drop(this.socket);
  }

  release(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.backoff.reset();
    this.connect();
  }

  send(message: object): boolean {
    if (!this.isOpen || !this.socket) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private get isOpen(): boolean {
    return this.connection.state === 'connected' || this.connection.state === 'silent';
  }

  private onOpen(socket: WebSocket): void {
    if (socket !== this.socket) return;
    clearTimeout(this.beatTimer);
    this.openedMs = performance.now();
    this.beats = 0;
    this.askedMs = null;
    this.change({ state: 'connected' });
    this.events.opened();
    this.beat(socket);
  }

  // Timers of hidden tabs run late: the peer is dead only if a ping is old enough and an earlier
  // beat already found it unanswered.
  private beat(socket: WebSocket): void {
    if (socket !== this.socket) return;
    const now = performance.now();
    if (this.askedMs !== null && now - this.askedMs >= DEAD_MS) {
      this.drop(socket);
      return;
    }
    if (this.askedMs === null) {
      this.askedMs = now;
      this.silentTimer = setTimeout(() => this.fellSilent(socket), SILENT_MS);
    }
    this.events.beat(now);
    const wait = this.beats++ < FIRST_BEATS ? FIRST_BEAT_MS : BEAT_MS;
    this.beatTimer = setTimeout(() => this.beat(socket), wait);
  }

  private fellSilent(socket: WebSocket): void {
    if (socket !== this.socket || this.connection.state !== 'connected') return;
    if (this.askedMs === null || performance.now() - this.askedMs < SILENT_MS) return;
    this.change({ state: 'silent' });
  }

  private drop(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.beatTimer);
    clearTimeout(this.silentTimer);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    if (this.isOpen) {
      this.backoff.lasted(performance.now() - this.openedMs);
      this.events.lost();
    }
    const wait = this.backoff.next();
    if (!this.isHeld) this.retryTimer = setTimeout(() => this.connect(), wait);
    this.change({ state: 'waiting', retryAtMs: performance.now() + wait });
  }

  private change(connection: Connection): void {
    this.connection = connection;
    this.events.changed();
  }
}
