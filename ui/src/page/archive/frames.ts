// Steps through a clip frame by frame. The frame rate is not constant, so the time of the next frame
// is found by seeking. Pure except for the <video>, of which it uses little.

export interface Steppable {
  currentTime: number;
  readonly duration: number;
  pause(): void;
  // Calls back with the time of each frame that is shown; missing in older browsers.
  requestVideoFrameCallback?(shown: (now: number, frame: { mediaTime: number }) => void): number;
}

const USUAL_S = 1 / 30;
const LONGEST_S = 2; // how far one step searches for another frame
const HAIR_S = 0.001;

interface Step {
  fromS: number; // the frame where it begins
  reachS: number; // searched up to this distance from it
  foundS: number | null; // a later frame; there may be others between the two
}

export class Frames {
  private shownS: number | null = null; // start of the frame that is shown
  private step: Step | null = null;

  constructor(
    private readonly video: Steppable,
    private readonly told: (atS: number) => void = () => {}, // called for each frame that is shown
  ) {
    this.follow();
  }

  next(): void {
    this.video.pause();
    if (this.shownS === null) {
      this.seek(this.video.currentTime + USUAL_S);
      return;
    }
    this.step = { fromS: this.shownS, reachS: USUAL_S, foundS: null };
    this.seek(this.shownS + USUAL_S);
  }

  // Just before a frame begins, the previous one is shown, however long it lasts.
  previous(): void {
    this.video.pause();
    this.step = null;
    if (this.shownS === null) this.seek(this.video.currentTime - USUAL_S);
    else this.seek(this.shownS - HAIR_S);
  }

  private seek(toS: number): void {
    const endS = Number.isFinite(this.video.duration) ? this.video.duration : toS;
    this.video.currentTime = Math.min(endS, Math.max(0, toS));
  }

  private follow(): void {
    this.video.requestVideoFrameCallback?.((_now, { mediaTime }) => {
      this.follow();
      if (this.step && this.goOn(this.step, mediaTime)) return;
      this.shownS = mediaTime;
      this.told(mediaTime);
    });
  }

  // Seeks farther while the same frame is shown, then back frame by frame until it is shown again: the
  // last frame found is the next one. False: the step is over.
  private goOn(step: Step, atS: number): boolean {
    const isSame = atS <= step.fromS + HAIR_S;
    if (!isSame) {
      step.foundS = atS;
      this.seek(atS - HAIR_S);
    } else if (step.foundS !== null) {
      this.step = null;
      this.seek(step.foundS + HAIR_S);
    } else if (step.reachS < LONGEST_S) {
      step.reachS += USUAL_S;
      this.seek(step.fromS + step.reachS);
    } else {
      this.step = null;
      return false;
    }
    return true;
  }
}
