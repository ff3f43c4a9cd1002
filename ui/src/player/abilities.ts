// What this browser claims to support; queried once, as early as possible.
import type { Abilities } from './ladder';
import { mediaSourceClass } from './mse';
import { startWorker } from './worker';

const CODEC = 'avc1.42E01E'; // constrained baseline: every H.264 player plays this
const ASK_MS = 500;

const hasDecoder = isSecureContext && typeof VideoDecoder !== 'undefined';

async function decodes(): Promise<boolean> {
  if (!hasDecoder) return false;
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ASK_MS));
  const asked = VideoDecoder.isConfigSupported({ codec: CODEC, optimizeForLatency: true });
  const answer = asked.then(
    ({ supported }) => supported === true,
    () => false,
  );
  return Promise.race([answer, late]);
}

async function ask(): Promise<Abilities> {
  const hasGenerator = typeof MediaStreamTrackGenerator !== 'undefined';
  const hasCanvas = 'transferControlToOffscreen' in HTMLCanvasElement.prototype;
  const asked = decodes();
  if (hasDecoder && hasCanvas && !hasGenerator) startWorker();
  const can = await asked;
  return {
    generator: can && hasGenerator,
    worker: can && hasCanvas,
    mse: mediaSourceClass()?.isTypeSupported(`video/mp4; codecs="${CODEC}"`) ?? false,
  };
}

export const abilities = ask();
