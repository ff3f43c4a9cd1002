// Full screen and picture-in-picture, if the browser supports them.
import { useEffect, useState } from 'preact/hooks';

type Shown = HTMLVideoElement | HTMLCanvasElement | null;

// iPhones support it for <video> only.
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

export async function toggleFull(
  view: { current: HTMLElement | null },
  shown: Shown,
): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else if (document.fullscreenEnabled) await view.current?.requestFullscreen();
  else if (shown instanceof HTMLVideoElement) (shown as PhoneVideo).webkitEnterFullscreen?.();
}

export function useFullScreen(view: { current: HTMLElement | null }): boolean {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const changed = (): void =>
      setFull(document.fullscreenElement !== null && document.fullscreenElement === view.current);
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, [view]);
  return full;
}

export const canPip = (): boolean => document.pictureInPictureEnabled === true;

// A canvas is shown there as the stream of a <video>.
async function videoOf(shown: HTMLVideoElement | HTMLCanvasElement): Promise<HTMLVideoElement> {
  if (shown instanceof HTMLVideoElement) {
    shown.disablePictureInPicture = false;
    return shown;
  }
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = shown.captureStream();
  await video.play();
  return video;
}

export async function togglePip(shown: Shown): Promise<void> {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else if (shown) await (await videoOf(shown)).requestPictureInPicture();
}
