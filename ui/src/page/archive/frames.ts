// Steps through a clip picture by picture. Pictures have no fixed rate: what is shown tells its time,
// and the next one is looked for. Pure but for the <video>, of which little is used.

export interface Steppable {
  currentTime: number;
  readonly duration: number;
  pause(): void;
  // Calls back with the time of each picture that is shown; an older browser has none.
  requestVideoFrameCallback?(shown: (now: number, frame: { mediaTime: number }) => void): number;
}

const USUAL_S = 1 / 30;
const LONGEST_S = 2; // so far one step looks for another picture
const HAIR_S = 0.001;

interface Step {
  fromS: number; // the picture that it begins at
  reachS: number; // looked for so far beyond it
  foundS: number | null; // a later picture; there may be one between the two
}

export class Frames {
  private shownS: number | null = null; // when the picture that is shown begins
  private step: Step | null = null;

  constructor(
    private readonly video: Steppable,
    private readonly told: (atS: number) => void = () => {}, // each picture that is shown
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

  // Just before a picture begins, the one before it is shown, however long it lasts.
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

  // Farther while the same picture is shown, then back picture by picture until it is again: what was
  // found last follows it. False: the step is over.
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
