// The video's timeline: starts at zero, so that it plays without an initial seek, and has no gaps.
// At a gap the picture would stop: after a step of more than two durations a browser also drops
// everything until the next key (Media Source Extensions, coded frame processing).
// Times in seconds.

export interface Line {
  offset: number; // added to a chunk's time
  newest: number; // when the newest frame begins, on the line
  end: number; // and ends
  begun: boolean;
}

const TOUCH = 0.001;
const STEP = 0.0001; // the smallest distance of two frames
// If rounding puts the first frame before zero, it is dropped, and all up to the next key.
const BEGIN = 0.001;

export function place(line: Line, time: number, duration: number): { line: Line; time: number } {
  let { offset } = line;
  let at = time + offset;
  // After a pause, a new stream or a server restart the frame directly follows the last one.
  const follows = line.begun && at <= line.end + TOUCH && at > line.newest + STEP;
  if (!follows) {
    at = line.begun ? line.end : BEGIN;
    offset = at - time;
  }
  return { line: { offset, newest: at, end: at + duration, begun: true }, time: at };
}
