// What this browser claims to be able to do; asked once, as early as possible.
import type { Abilities } from './ladder';
import { mediaSourceClass } from './mse';

const CODEC = 'avc1.42E01E'; // constrained baseline: whoever plays H.264 plays this
const ASK_MS = 500;

async function decodes(): Promise<boolean> {
  if (!isSecureContext || typeof VideoDecoder === 'undefined') return false;
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ASK_MS));
  const asked = VideoDecoder.isConfigSupported({ codec: CODEC, optimizeForLatency: true });
  const answer = asked.then(
    ({ supported }) => supported === true,
    () => false,
  );
  return Promise.race([answer, late]);
}

async function ask(): Promise<Abilities> {
  const webcodecs = await decodes();
  return {
    generator: webcodecs && typeof MediaStreamTrackGenerator !== 'undefined',
    worker: webcodecs && 'transferControlToOffscreen' in HTMLCanvasElement.prototype,
    mse: mediaSourceClass()?.isTypeSupported(`video/mp4; codecs="${CODEC}"`) ?? false,
  };
}

export const abilities = ask();
