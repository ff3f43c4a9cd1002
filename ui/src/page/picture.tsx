// A player with what lies over it while there is nothing live to see.

import type { Watched } from './hooks';
import { Eye } from './icons';
import type { Status } from './status';

const VEILED = new Set(['asleep', 'awake', 'sleeping', 'offline', 'reconnecting', 'waking']);

export function Picture(props: {
  camera: string;
  name: string;
  paused: boolean;
  watched: Watched;
  status: Status;
}) {
  const { camera, name, paused, watched, status } = props;
  return (
    <div class="picture" role="img" aria-label={`Picture of ${name}, ${status.word.toLowerCase()}`}>
      <eyelid-player ref={watched.ref} camera={camera} paused={paused} />
      {VEILED.has(status.state) && (
        <div class="veil">
          <Eye open={status.state === 'waking' || status.state === 'awake'} />
        </div>
      )}
    </div>
  );
}

export function StatusLine({ status }: { status: Status }) {
  return (
    <p class="status">
      <span class="dot" aria-hidden="true" />
      <span class="status-word">{status.word}</span>
      {status.detail && <span class="status-detail">{status.detail}</span>}
    </p>
  );
}
