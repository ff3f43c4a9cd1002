import { useEffect, useState } from 'preact/hooks';
import { tell } from './announcer';
import { useLive } from './hooks';
import { CameraIcon, CloseIcon, DownloadIcon } from './icons';
import { stillName } from './words';

export interface Shot {
  url: string;
  file: string;
  size: string;
}

// Takes stills of one camera; the newest is kept until it is closed.
export function useCapture(camera: string) {
  const live = useLive();
  const [shot, setShot] = useState<Shot | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const url = shot?.url;
  useEffect(() => () => URL.revokeObjectURL(url ?? ''), [url]);

  async function take(): Promise<void> {
    setBusy(true);
    setError('');
    try {
      const still = await live.capture(camera);
      const pixels = still.width && still.height ? `${still.width} × ${still.height}, ` : '';
      setShot({
        url: URL.createObjectURL(still.blob),
        file: stillName(camera, new Date()),
        size: `${pixels}${Math.max(1, Math.round(still.blob.size / 1024))} KB`,
      });
      tell('The still is here');
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
    setBusy(false);
  }
  return { shot, busy, error, take, close: () => setShot(null) };
}

export type Capture = ReturnType<typeof useCapture>;

export function CaptureButton({ capture, disabled }: { capture: Capture; disabled: boolean }) {
  return (
    <button
      type="button"
      class="button is-first"
      data-action="capture"
      disabled={disabled || capture.busy}
      aria-busy={capture.busy}
      onClick={() => void capture.take()}
    >
      <CameraIcon />
      {capture.busy ? 'Taking…' : 'Take a still'}
    </button>
  );
}

export function StillView({ capture, name }: { capture: Capture; name: string }) {
  const { shot } = capture;
  if (capture.error)
    return (
      <p class="problem" role="alert">
        No still: {capture.error}
      </p>
    );
  if (!shot) return null;
  return (
    <figure class="still">
      <img
        data-still=""
        src={shot.url}
        alt={`Still of ${name}`}
        onLoad={(event) => event.currentTarget.parentElement?.scrollIntoView({ block: 'nearest' })}
      />
      <figcaption>
        <span class="quiet">{shot.size}</span>
        <a class="button" href={shot.url} download={shot.file} data-action="download">
          <DownloadIcon />
          Download
        </a>
        <button type="button" class="button is-plain" onClick={capture.close}>
          <CloseIcon />
          Close
        </button>
      </figcaption>
    </figure>
  );
}
