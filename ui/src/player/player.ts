// <eyelid-player camera="ID">: shows a camera live in the best way that this browser supports. It
// requests the camera only while it is visible: connected, on screen, in a visible tab, not paused.
//
// Attributes: camera; paused; fit: no more pixels than it shows are asked for; delivery = webcodecs, worker, mse or jpeg forces one way, as does
// ?delivery= in the page's address. Events, which don't bubble: `state` and `stats`.
import type { Extent, Opening, Sink } from '../live/live';
import { Kind, lostBetween, type Media, type Rendition, unit } from '../live/protocol';
import { live } from '../live/shared';
import { abilities } from './abilities';
import { GeneratorSurface } from './generator';
import { JpegSurface } from './jpeg';
import {
  beginAt,
  below,
  type Delivery,
  isDelivery,
  ladder,
  recall,
  remember,
  Supervisor,
} from './ladder';
import { Meter } from './meter';
import { MseSurface } from './mse';
import type { Shown, Surface, SurfaceHost } from './surface';
import { Thrift } from './thrift';
import { WorkerSurface } from './worker';

export type PlayerState =
  | 'idle' // not wanted: paused, hidden, off the screen
  | 'waiting' // requested, nothing shown yet
  | 'live'
  | 'stalled' // was live, and no frame arrived for two seconds
  | 'failed'; // the server refused, or the forced delivery does not work here

export interface PlayerStats {
  delivery: Delivery | null;
  state: PlayerState;
  fps: number;
  latencyMs: number | null; // capture to screen
  frames: number;
  lost: number;
  pictureMs: number | null; // performance.now() when the shown picture was live; null: none
}

const NEAR_PX = 80; // within this distance of the window counts as on screen
const DWELL_MS = 150;
const HIDDEN_GRACE_MS = 5000;
const STALLED_MS = 2000;
const TICK_MS = 500;
const CONGESTED_AGE_MS = 1000; // a picture this old on arrival came over a congested link,
const CONGESTED_FOR_MS = 30_000; // which may affect this player for this long afterwards
const RESIZED_MS = 400;
// Requested widths. Few, so that resizing a window changes little; none that would make a device
// send more than its default.
const WIDTHS = [160, 320, 640];
const keeper = (): Storage => localStorage;

function makeSurface(delivery: Delivery, host: SurfaceHost): Surface {
  switch (delivery) {
    case 'webcodecs':
      return new GeneratorSurface(host);
    case 'worker':
      return new WorkerSurface(host);
    case 'mse':
      return new MseSurface(host);
    case 'jpeg':
      return new JpegSurface(host);
  }
}

export class EyelidPlayer extends HTMLElement {
  static readonly observedAttributes = ['camera', 'delivery', 'paused'];

  private state: PlayerState = 'idle';
  private error = '';
  private errorCode = '';
  private rungs: Delivery[] = [];
  private rung: Delivery = 'jpeg'; // the chosen one; the surface may differ temporarily
  private surface: Surface | null = null;
  private opening: Opening | null = null;
  private opened = ''; // the camera that opening is for
  private meter = new Meter();
  private readonly supervisor = new Supervisor();
  private poster: HTMLImageElement | null = null;
  private lastSequence: number | null = null;
  private waitKey = true;
  private congestedMs = Number.NEGATIVE_INFINITY; // when the link was last seen to be congested
  private thrift = new Thrift(performance.now()); // of the stream that is open
  private shownMs = 0;
  private pictureMs: number | null = null;
  private onScreen: boolean | null = null; // null until the observer has reported
  private tabHidden = document.visibilityState === 'hidden';
  private hideTimer: ReturnType<typeof setTimeout> | undefined;
  private tickTimer: ReturnType<typeof setInterval> | undefined;
  private dwellTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly look = (): void => void this.settle();
  private readonly observer = new IntersectionObserver(
    (entries) => {
      const before = this.onScreen;
      this.onScreen = entries[entries.length - 1]?.isIntersecting ?? true;
      // Scrolling past a camera does not wake it.
      clearTimeout(this.dwellTimer);
      if (before === false && this.onScreen) this.dwellTimer = setTimeout(this.look, DWELL_MS);
      else this.look();
    },
    { rootMargin: `${NEAR_PX}px` },
  );

  private resizeTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly resizes = new ResizeObserver(() => {
    clearTimeout(this.resizeTimer);
    this.resizeTimer = setTimeout(() => this.opening?.fit(this.extent()), RESIZED_MS);
  });

  get stats(): PlayerStats {
    const { frames, lost, latencyMs } = this.meter;
    return {
      delivery: this.surface?.delivery ?? null,
      state: this.state,
      fps: this.state === 'live' ? this.meter.fps(performance.now()) : 0,
      latencyMs: this.state === 'live' ? latencyMs : null,
      frames,
      lost,
      pictureMs: this.pictureMs,
    };
  }

  get errorText(): string {
    return this.error;
  }

  // A problem type of docs/protocol.md, or 'unplayable'.
  get errorType(): string {
    return this.errorCode;
  }

  // The element that shows the picture, for picture-in-picture and the like.
  get shown(): HTMLVideoElement | HTMLCanvasElement | null {
    return this.surface?.element ?? null;
  }

  connectedCallback(): void {
    Object.assign(this.style, { display: 'block', position: 'relative', overflow: 'hidden' });
    document.addEventListener('visibilitychange', this.onVisibility);
    this.observer.observe(this);
    if (this.hasAttribute('fit')) this.resizes.observe(this);
    this.tickTimer = setInterval(() => this.tick(), TICK_MS);
    this.setState('idle');
    this.onVisibility();
    void this.settle();
  }

  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.observer.disconnect();
    this.resizes.disconnect();
    clearTimeout(this.resizeTimer);
    this.onScreen = null;
    clearInterval(this.tickTimer);
    clearTimeout(this.hideTimer);
    clearTimeout(this.dwellTimer);
    this.stop();
    this.clear();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name !== 'paused') {
      this.stop();
      this.clear();
    }
    void this.settle();
  }

  private readonly onVisibility = (): void => {
    clearTimeout(this.hideTimer);
    this.supervisor.reset();
    if (document.visibilityState === 'visible') this.tabHidden = false;
    else
      this.hideTimer = setTimeout(() => {
        this.tabHidden = true;
        void this.settle();
      }, HIDDEN_GRACE_MS);
    void this.settle();
  };

  private get wanted(): boolean {
    const camera = this.getAttribute('camera');
    if (!this.isConnected || !camera || this.tabHidden || this.hasAttribute('paused')) return false;
    return this.onScreen ?? this.isNear();
  }

  // The observer reports after the next frame. The first picture must not wait for that, and
  // cameras that are off screen must not wake.
  private isNear(): boolean {
    const { top, bottom, left, right, width, height } = this.getBoundingClientRect();
    return (
      width * height > 0 &&
      bottom > -NEAR_PX &&
      top < innerHeight + NEAR_PX &&
      right > -NEAR_PX &&
      left < innerWidth + NEAR_PX
    );
  }

  // Adjusts the request to the server to what is wanted now.
  private async settle(): Promise<void> {
    if (!this.wanted) {
      this.stop();
      return;
    }
    if (this.opening) return;
    const can = await abilities;
    if (!this.wanted || this.opening) return;
    if (!this.surface) {
      const query = new URLSearchParams(location.search).get('delivery');
      const asked = this.getAttribute('delivery') ?? query;
      const forced = isDelivery(asked) ? asked : null;
      this.rungs = ladder(can, forced);
      this.rung = beginAt(this.rungs, forced ? null : recall(keeper, Date.now()));
      this.use(this.rung);
    }
    this.open();
  }

  private open(): void {
    if (!this.surface) return;
    this.opened = this.getAttribute('camera') ?? '';
    this.setState('waiting');
    this.thrift = new Thrift(performance.now());
    this.opening = live.open(this.opened, this.surface.rendition, this.sink, this.extent());
  }

  private extent(): Extent {
    const { clientWidth, clientHeight } = this;
    const width = WIDTHS.find((one) => one >= clientWidth * devicePixelRatio);
    if (!this.hasAttribute('fit') || !width || clientHeight === 0) return { width: 0, height: 0 };
    return { width, height: Math.ceil((width * clientHeight) / clientWidth) };
  }

  private stop(): void {
    this.opening?.close();
    this.opening = null;
    this.surface?.pause();
    this.supervisor.reset();
    this.meter.pause();
    this.setState('idle');
  }

  private clear(): void {
    this.surface?.destroy();
    this.surface?.element.remove();
    this.surface = null;
    this.meter = new Meter();
    this.pictureMs = null;
    this.hidePoster();
  }

  private use(delivery: Delivery): void {
    let surface: Surface | null = null;
    let failed: string | null = null;
    const mine = (): boolean => surface !== null && this.surface === surface;
    const host: SurfaceHost = {
      shown: (shown) => mine() && this.onShown(shown),
      pending: (units) => mine() && this.supervisor.pending(performance.now(), units),
      needKey: () => mine() && this.opening?.key(),
      failed: (reason, passing) => {
        if (mine()) this.stepDown(reason, passing ?? false);
        else failed = reason;
      },
    };
    try {
      surface = makeSurface(delivery, host);
    } catch {
      failed = 'create';
    }
    const before = this.surface;
    this.surface = surface;
    this.supervisor.reset();
    this.dataset.delivery = delivery;
    if (surface) {
      this.cover(surface.element);
      surface.element.setAttribute('aria-hidden', 'true');
      this.prepend(surface.element);
    }
    before?.destroy();
    before?.element.remove();
    if (failed !== null) this.stepDown(failed, false);
  }

  private cover(element: HTMLElement): void {
    Object.assign(element.style, {
      position: 'absolute',
      inset: '0',
      width: '100%',
      height: '100%',
      objectFit: 'contain',
    });
  }

  private stepDown(reason: string, passing: boolean): void {
    // JPEG because of the camera or another viewer: says nothing about this rung.
    if (this.surface && this.surface.delivery !== this.rung) return;
    const next = below(this.rungs, this.rung);
    this.dataset.reason = `${this.rung}: ${reason}`;
    if (!next) {
      // If delivery is forced, wrong colours are better than no picture.
      if (this.rungs.length === 1 && reason !== 'colours')
        this.fail('unplayable', `This browser cannot play ${this.rung} (${reason}).`);
      return;
    }
    // A congested link says nothing about this browser.
    const congested = performance.now() - this.congestedMs < CONGESTED_FOR_MS;
    if (!passing && (!congested || reason === 'colours'))
      remember(keeper, next, reason, Date.now());
    this.opening?.close();
    this.opening = null;
    this.rung = next;
    this.use(next);
    if (this.wanted) this.open();
  }

  private fail(code: string, message: string): void {
    this.error = message;
    this.errorCode = code;
    this.setState('failed');
  }

  private readonly sink: Sink = {
    started: (rendition) => this.onStarted(rendition),
    media: (media) => this.onMedia(media),
    poster: (media, ageMs) => this.showPoster(media, ageMs),
    refused: (code, message) => this.fail(code, message),
    lost: () => {
      this.surface?.pause();
      this.supervisor.reset();
      this.meter.pause();
      this.setState('waiting');
    },
  };

  private onStarted(rendition: Rendition): void {
    this.lastSequence = null;
    this.waitKey = true;
    this.supervisor.reset();
    // While another viewer on this page can show only JPEG, this one does the same, because a page
    // gets one rendition per camera.
    if (rendition !== this.surface?.rendition) this.use(rendition === 'jpeg' ? 'jpeg' : this.rung);
    if (this.state !== 'live') this.setState('waiting');
  }

  private onMedia(media: Media): void {
    if (!this.surface) return;
    if (media.kind !== Kind.Init) {
      const lost = lostBetween(this.lastSequence, media.sequence);
      this.lastSequence = media.sequence;
      this.meter.lost += lost;
      if (lost > 0) this.waitKey = true;
      const age = live.clock.ageMs(media.captureUs, performance.now()) ?? 0;
      if (lost > 0 || age > CONGESTED_AGE_MS) this.congestedMs = performance.now();
      if (this.thrift.came(performance.now(), age)) this.opening?.shrink(this.thrift.divisor);
      if (media.kind === Kind.Chunk && this.waitKey && !media.key) {
        this.opening?.key();
        return;
      }
      this.waitKey = false;
      if (document.visibilityState === 'visible') this.supervisor.unit(performance.now());
    }
    this.surface.take(media);
  }

  private onShown({ frames, captureUs, lagMs, atMs }: Shown): void {
    if (!this.opening) return;
    const latency = captureUs === null ? null : live.clock.ageMs(captureUs, atMs);
    this.meter.shown(frames, latency, atMs);
    this.shownMs = performance.now();
    this.pictureMs = this.shownMs;
    this.supervisor.frame(this.shownMs, lagMs);
    if (this.state === 'live') return;
    this.hidePoster();
    this.setState('live');
    this.publish();
  }

  private showPoster(media: Media, ageMs: number): void {
    if (this.state === 'live') return;
    this.hidePoster();
    this.pictureMs = performance.now() - ageMs;
    const image = document.createElement('img');
    image.alt = '';
    image.dataset.poster = '';
    this.cover(image);
    image.src = URL.createObjectURL(new Blob([unit(media)], { type: 'image/jpeg' }));
    this.append(image);
    this.poster = image;
    this.publish();
  }

  private hidePoster(): void {
    if (!this.poster) return;
    URL.revokeObjectURL(this.poster.src);
    this.poster.remove();
    this.poster = null;
  }

  private tick(): void {
    const now = performance.now();
    if (this.state === 'live' && now - this.shownMs > STALLED_MS) this.setState('stalled');
    if (document.visibilityState === 'visible' && this.opening) {
      const verdict = this.supervisor.verdict(now);
      if (verdict) this.stepDown(verdict, verdict === 'slow-stream');
    }
    if (this.opening) this.publish();
  }

  private publish(): void {
    this.dataset.frames = String(this.meter.frames);
    this.dispatchEvent(new CustomEvent('stats', { detail: this.stats }));
  }

  private setState(state: PlayerState): void {
    if (state !== 'failed') this.error = this.errorCode = '';
    if (state === this.state && this.dataset.state) return;
    this.state = state;
    this.dataset.state = state;
    this.dispatchEvent(new CustomEvent('state', { detail: state }));
  }
}

if (!customElements.get('eyelid-player')) customElements.define('eyelid-player', EyelidPlayer);
