// The player comes first: it opens the connection, and cameras wake while the page is drawn.
import '../player/player';
import './style.css';
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Announcer } from './announcer';
import { Connection } from './connection';
import { focusCard, Grid } from './grid';
import { useHash, useLive } from './hooks';
import { Eye, PauseIcon, PlayIcon } from './icons';
import { NewCameras } from './new';
import { Single } from './single';
import { nameOf } from './words';

const PAUSED = 'eyelid.paused';

function usePaused(): [boolean, (paused: boolean) => void] {
  const [paused, setPaused] = useState(() => sessionStorage.getItem(PAUSED) === '1');
  return [
    paused,
    (next) => {
      sessionStorage.setItem(PAUSED, next ? '1' : '0');
      setPaused(next);
    },
  ];
}

// Back in the grid, the focus returns to the camera that was looked at.
function useFocusReturn(camera: string | null): void {
  const last = useRef<string | null>(null);
  useEffect(() => {
    if (camera === null && last.current !== null) focusCard(last.current);
    last.current = camera;
  }, [camera]);
}

function Page() {
  const live = useLive();
  const hash = useHash();
  const [paused, setPaused] = usePaused();
  const asked = /^#\/camera\/([a-z0-9-]{1,32})$/.exec(hash)?.[1] ?? null;
  const known = asked === null ? undefined : live.cameras.get(asked);
  useFocusReturn(asked);
  return (
    <>
      <header class="top">
        <a class="brand" href="#/" aria-label="eyelid, all cameras">
          <Eye open={live.connection.state === 'connected' && !paused} />
          eyelid
        </a>
        <button
          type="button"
          class="button"
          data-action="pause"
          aria-pressed={paused}
          onClick={() => setPaused(!paused)}
        >
          {paused ? <PlayIcon /> : <PauseIcon />}
          {paused ? 'Look' : 'Pause'}
        </button>
      </header>
      <Connection />
      <main>
        {known && known.camera.adopted !== false && (
          <Single key={asked} known={known} paused={paused} />
        )}
        {known && known.camera.adopted === false && (
          <>
            <h1 class="unseen">{nameOf(known)}</h1>
            <NewCameras cameras={[known]} />
          </>
        )}
        {asked !== null && !known && live.heard && (
          <section class="empty">
            <h1>There is no camera “{asked}”</h1>
            <a class="button" href="#/">
              All cameras
            </a>
          </section>
        )}
        {asked === null && <Grid paused={paused} />}
      </main>
      <Announcer />
    </>
  );
}

render(<Page />, document.getElementById('page') as HTMLElement);
