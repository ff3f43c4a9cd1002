// The video's own timeline: begins at zero, so that it plays without a first seek, and has no gaps.
// A gap would cost the picture: after a step of more than two durations a browser drops everything
// until the next key (Media Source Extensions, coded frame processing), and it stops at the gap.
// Times in seconds.

export interface Line {
  offset: number; // added to a chunk's time
  newest: number; // when the newest frame begins, on the line
  end: number; // and ends
  begun: boolean;
}

const TOUCH = 0.001;
const STEP = 0.0001; // the least between two frames
// A first frame that rounding puts a nanosecond before zero is dropped, and all up to the next key.
const BEGIN = 0.001;

export function place(line: Line, time: number, duration: number): { line: Line; time: number } {
  let { offset } = line;
  let at = time + offset;
  // Camera paused, stream begun anew, server restarted: the frame follows the last one at once.
  const follows = line.begun && at <= line.end + TOUCH && at > line.newest + STEP;
  if (!follows) {
    at = line.begun ? line.end : BEGIN;
    offset = at - time;
  }
  return { line: { offset, newest: at, end: at + duration, begun: true }, time: at };
}
