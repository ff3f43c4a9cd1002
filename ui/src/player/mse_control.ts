// Keeps a <video> fed by MSE at the live edge: a state machine without a clock, called after every
// append and a few times a second.
//
// Each rule works around a browser: call play() ourselves (Firefox's autoplay starts 3 s behind);
// do nothing before readyState 2 (an earlier seek breaks WebKitGTK's MSE permanently); use only two
// rates (frequent changes cost 200 ms in WebKit); hurry only if even the smallest lateness over a
// while is too large, because chasing every late frame drains the buffer and stalls (Firefox); if
// hurrying does not help (WebKitGTK stutters instead), seek; and seek to a fresh key, because the
// browser decodes from the last key to the target, and would be late again when it gets there.
// Removing frames also removes all that depend on them, up to the next key (Media Source
// Extensions, coded frame removal): so trim to a key, and request one if there was none for long.

export interface MseState {
  nowMs: number;
  readyState: number; // HTMLMediaElement's
  paused: boolean;
  seeking: boolean;
  currentTime: number; // s
  newest: number | null; // presentation time of the newest frame appended, s
  key: number | null; // of the newest key that has been shown, s
  justAppended: 'key' | 'delta' | null; // that frame came right now: it is due
  buffered: [start: number, end: number][];
}

export interface MseAction {
  play: boolean;
  seek: number | null;
  rate: 1 | 1.1;
  trim: number | null; // remove what lies before
  askKey: boolean;
}

const SEEK_BEHIND = 0.3; // at once; or
const SEEK_STEADY = 0.1; // no frame in STEADY_MS less late than this
const STEADY_MS = 250;
const STEADY_FRAMES = 5;
const KEY_WAIT_MS = 400; // then it seeks without one
const HURRY_BEHIND = 0.025; // every frame shown later than this for WINDOW_MS
const SEEK_AHEAD = 0.03; // of the newest frame's start; it lasts longer than that
const SEEK_SHORT = 0.003; // of the end
const CALM_BEHIND = 0.012; // hurry until a frame is this little late once in CALM_FRAMES
const CALM_FRAMES = 4;
const WINDOW_MS = 1000;
const WINDOW_FRAMES = 4;
const GAIN = 0.02; // the least improvement by a second of hurrying
const HURRY_AGAIN_MS = 60_000; // after hurrying did not help
// After a seek because of steady lateness the next one waits, each time twice as long, until one
// has helped.
const REST_MIN_MS = 250;
const REST_MAX_MS = 20_000;
const TRIM_AT = 15; // s in front of the key
const TRIM_SHORT = 0.005; // before the key, so that rounding cannot remove it
const KEY_EVERY = 60; // s; a minute of video has a few megabytes
const ASK_EVERY_MS = 2000;

interface Late {
  atMs: number;
  behind: number;
}

const leastOf = (frames: Late[]): number => Math.min(...frames.map((frame) => frame.behind));

export class MseControl {
  private rate: 1 | 1.1 = 1;
  private recent: Late[] = []; // of recently appended frames
  private hurry: Late = { atMs: 0, behind: 0 }; // when its current second began
  private hurryAfterMs = 0;
  private seekSinceMs: number | null = null; // when a seek was wanted and a key requested
  private restUntilMs = 0; // no hurry and no further seek before this
  private restMs = REST_MIN_MS;
  private askedKeyMs = Number.NEGATIVE_INFINITY;

  step(state: MseState): MseAction {
    const action: MseAction = {
      play: state.paused,
      seek: null,
      rate: 1,
      trim: null,
      askKey: false,
    };
    const { nowMs, newest, currentTime, justAppended } = state;
    const last = state.buffered[state.buffered.length - 1];
    if (state.readyState < 2 || !last || newest === null) return action;
    const first = (state.buffered[0] as [number, number])[0];
    if (state.key !== null && state.key - first > TRIM_AT) action.trim = state.key - TRIM_SHORT;
    action.askKey = this.wantsKey(state, first);
    if (state.seeking) {
      this.calm();
      return action;
    }
    const [start, end] = last;
    const behind = newest - currentTime;
    const outside = currentTime < start || currentTime > end + 1;
    const late =
      behind > SEEK_BEHIND || (justAppended !== null && this.late({ atMs: nowMs, behind }));
    if (late && this.seekSinceMs === null) {
      this.seekSinceMs = nowMs;
      action.askKey = true;
    }
    if (outside || this.seekIsDue(state, behind)) {
      action.seek = Math.max(start, Math.min(newest + SEEK_AHEAD, end - SEEK_SHORT));
      this.seekSinceMs = null;
      this.calm();
      this.restUntilMs = nowMs + this.restMs;
      this.restMs = Math.min(this.restMs * 2, REST_MAX_MS);
    }
    action.rate = this.rate;
    return action;
  }

  private wantsKey(state: MseState, first: number): boolean {
    const old = state.currentTime - (state.key ?? first) > KEY_EVERY;
    if (!old || state.nowMs - this.askedKeyMs < ASK_EVERY_MS) return false;
    this.askedKeyMs = state.nowMs;
    return true;
  }

  private seekIsDue({ nowMs, justAppended }: MseState, behind: number): boolean {
    if (this.seekSinceMs === null) return false;
    if (justAppended !== null && behind < HURRY_BEHIND)
      this.seekSinceMs = null; // caught up without a seek
    else return justAppended === 'key' || nowMs - this.seekSinceMs > KEY_WAIT_MS;
    return false;
  }

  private calm(): void {
    this.rate = 1;
    this.recent = [];
  }

  // Examines a frame that just arrived; true if only a seek helps.
  private late(frame: Late): boolean {
    this.recent.push(frame);
    while ((this.recent[0] as Late).atMs < frame.atMs - WINDOW_MS) this.recent.shift();
    if (frame.behind < HURRY_BEHIND) this.restMs = REST_MIN_MS;
    if (this.rate > 1) return this.stillLate(frame);
    if (frame.atMs < this.restUntilMs) return false;
    const spanMs = frame.atMs - (this.recent[0] as Late).atMs;
    const least = leastOf(this.recent);
    const newer = this.recent.filter(({ atMs }) => atMs > frame.atMs - STEADY_MS);
    if (newer.length >= STEADY_FRAMES && spanMs >= STEADY_MS && leastOf(newer) > SEEK_STEADY)
      return true;
    const enough = this.recent.length >= WINDOW_FRAMES && spanMs >= WINDOW_MS * 0.8;
    if (enough && frame.atMs >= this.hurryAfterMs && least > HURRY_BEHIND) {
      this.hurry = { atMs: frame.atMs, behind: least };
      this.rate = 1.1;
    }
    return false;
  }

  // The same while hurrying: true if a second of it did not help.
  private stillLate({ atMs }: Late): boolean {
    const behind = leastOf(this.recent.slice(-CALM_FRAMES));
    if (behind <= CALM_BEHIND) this.calm();
    else if (atMs - this.hurry.atMs >= WINDOW_MS) {
      if (this.hurry.behind - behind < GAIN) {
        this.calm();
        this.hurryAfterMs = atMs + HURRY_AGAIN_MS;
        return true;
      }
      this.hurry = { atMs, behind };
    }
    return false;
  }
}
