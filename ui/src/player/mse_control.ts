// What keeps a <video> fed by MSE at the live edge, as a pure function: called after every append
// and a few times a second.
//
// Rules, each from a browser that breaks without it: play() ourselves (Firefox's autoplay starts
// 3 s behind); touch nothing before readyState 2 (an earlier seek kills WebKitGTK's MSE for good);
// only two rates (ever-changing ones cost 200 ms in WebKit).

export interface MseState {
  readyState: number; // HTMLMediaElement's
  paused: boolean;
  seeking: boolean;
  currentTime: number; // s
  rate: number;
  newest: number | null; // presentation time of the newest frame appended, s
  buffered: [start: number, end: number][];
}

export interface MseAction {
  play: boolean;
  seek: number | null;
  rate: 1 | 1.1;
  trim: number | null; // remove what lies before
}

const SEEK_BEHIND = 0.3;
const HURRY_BEHIND = 0.025; // newest frame shown later than this: catch up
const CALM_BEHIND = 0.005;
const KEEP = 5; // s behind the current time
const TRIM_AT = 15;

export function controlMse(state: MseState): MseAction {
  const action: MseAction = { play: state.paused, seek: null, rate: 1, trim: null };
  const last = state.buffered[state.buffered.length - 1];
  if (state.readyState < 2 || !last || state.newest === null) return action;
  const first = (state.buffered[0] as [number, number])[0];
  if (state.currentTime - first > TRIM_AT) action.trim = state.currentTime - KEEP;
  if (state.seeking) return action;

  // The newest frame lasts until the end of the last range; anywhere in it shows that frame.
  const [start, end] = last;
  const edge = Math.min(Math.max(state.newest, start), end);
  const behind = edge - state.currentTime;
  if (state.currentTime < start || behind > SEEK_BEHIND || state.currentTime > end + 1) {
    action.seek = edge;
    return action;
  }
  const hurry = state.rate > 1 ? behind > CALM_BEHIND : behind > HURRY_BEHIND;
  action.rate = hurry ? 1.1 : 1;
  return action;
}
