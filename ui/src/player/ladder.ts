// The ways of delivery, best first, and when to step down to the next. A browser's claims are not
// trusted: the pictures that it actually shows are monitored.

export type Delivery = 'webcodecs' | 'worker' | 'mse' | 'jpeg';

export interface Abilities {
  generator: boolean; // WebCodecs decodes H.264 and a MediaStreamTrackGenerator shows it
  worker: boolean; // WebCodecs decodes H.264, and a worker can draw on our canvas
  mse: boolean;
}

export function isDelivery(text: string | null | undefined): text is Delivery {
  return text === 'webcodecs' || text === 'worker' || text === 'mse' || text === 'jpeg';
}

// What this browser supports, best first; JPEG is always the last. A forced delivery is the only
// one; if it is WebCodecs and there is no generator, a worker replaces it.
export function ladder(abilities: Abilities, forced: Delivery | null): Delivery[] {
  const can: Delivery[] = [];
  if (abilities.generator) can.push('webcodecs');
  if (abilities.worker) can.push('worker');
  if (abilities.mse) can.push('mse');
  can.push('jpeg');
  if (!forced) return can;
  if (can.includes(forced)) return [forced];
  return forced === 'webcodecs' && abilities.worker ? ['worker'] : [forced];
}

// The rung to begin with: the remembered one, if it still exists.
export function beginAt(rungs: Delivery[], remembered: Delivery | null): Delivery {
  return remembered && rungs.includes(remembered) ? remembered : (rungs[0] as Delivery);
}

export function below(rungs: Delivery[], rung: Delivery): Delivery | null {
  return rungs[rungs.indexOf(rung) + 1] ?? null;
}

// A busy machine may have been the cause; wrong colours are a browser bug and stay.
const REMEMBER_MS = 60 * 60 * 1000;
const REMEMBER_COLOURS_MS = 30 * 24 * REMEMBER_MS;
const KEY = 'eyelid.delivery';

interface Keeper {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

// Storage of private windows may throw; then nothing is remembered.
export function remember(
  keeper: () => Keeper,
  rung: Delivery,
  reason: string,
  nowMs: number,
): void {
  const until = nowMs + (reason === 'colours' ? REMEMBER_COLOURS_MS : REMEMBER_MS);
  try {
    keeper().setItem(KEY, JSON.stringify({ rung, until }));
  } catch {}
}

export function recall(keeper: () => Keeper, nowMs: number): Delivery | null {
  try {
    const { rung, until } = JSON.parse(keeper().getItem(KEY) ?? '{}');
    const lasts = until > nowMs && until <= nowMs + REMEMBER_COLOURS_MS;
    return isDelivery(rung) && lasts ? rung : null;
  } catch {
    return null;
  }
}

const FIRST_FRAME_MS = 1500;
const WAITING_UNITS = 3; // fewer may wait for the camera: MSE shows a unit when the next arrives
const MANY_UNITS = 10; // browsers need up to 7 before a video starts
const HELD_UNITS = 3;
const HELD_MS = 1000;
const LAG_MS = 300;
const LAG_FOR_MS = 3000;
const STUCK_MS = 3000;

// slow-stream: too few units for this way; that is due to the camera, not the browser.
export type Verdict = 'no-first-frame' | 'held-back' | 'lag' | 'stuck' | 'slow-stream';

// Monitors one way of delivery. All times are from performance.now(). lag is measured from the
// arrival of a unit to its picture, so that a slow network is no reason to step down.
export class Supervisor {
  private waitingUnits = 0; // since the last frame
  private waitingSinceMs: number | null = null; // since when there are WAITING_UNITS
  private shown = false;
  private heldSinceMs: number | null = null;
  private lagSinceMs: number | null = null;
  private lags = false; // a picture was late, and so was one long after it

  unit(nowMs: number): void {
    this.waitingUnits++;
    if (this.waitingUnits >= WAITING_UNITS) this.waitingSinceMs ??= nowMs;
  }

  frame(nowMs: number, lagMs: number): void {
    this.shown = true;
    this.noneWaits();
    if (lagMs <= LAG_MS) this.lagSinceMs = null;
    else this.lagSinceMs ??= nowMs;
    this.lags = this.lagSinceMs !== null && nowMs - this.lagSinceMs > LAG_FOR_MS;
  }

  pending(nowMs: number, units: number): void {
    if (units <= HELD_UNITS) this.heldSinceMs = null;
    else this.heldSinceMs ??= nowMs;
  }

  // The stream stopped or restarted, or the page was hidden: discards the measurements.
  reset(): void {
    this.noneWaits();
    this.heldSinceMs = null;
    this.lagSinceMs = null;
    this.lags = false;
    this.shown = false;
  }

  verdict(nowMs: number): Verdict | null {
    const waitingMs = this.waitingSinceMs === null ? 0 : nowMs - this.waitingSinceMs;
    if (waitingMs > (this.shown ? STUCK_MS : FIRST_FRAME_MS)) {
      if (this.waitingUnits < MANY_UNITS) return 'slow-stream';
      return this.shown ? 'stuck' : 'no-first-frame';
    }
    if (this.heldSinceMs !== null && nowMs - this.heldSinceMs > HELD_MS) return 'held-back';
    return this.lags ? 'lag' : null;
  }

  private noneWaits(): void {
    this.waitingUnits = 0;
    this.waitingSinceMs = null;
  }
}
