import { useEffect, useRef } from 'preact/hooks';
import type { KnownCamera } from '../live/live';
import { serverUrl } from '../live/shared';
import { AddCamera } from './add';
import { announce } from './announcer';
import { useLive, usePlayer, useSeconds } from './hooks';
import { NewCameras } from './new';
import { Picture, StatusLine } from './picture';
import { statusOf } from './status';
import { nameOf, sentence } from './words';

const LOW_BATTERY = 20; // %

export function focusCard(camera: string): boolean {
  const link = document.querySelector<HTMLElement>(
    `[data-camera="${CSS.escape(camera)}"] .card-link`,
  );
  link?.focus();
  return link !== null;
}

function Card({ known, paused }: { known: KnownCamera; paused: boolean }) {
  const live = useLive();
  const watched = usePlayer();
  const { camera } = known;
  const name = nameOf(known);
  const status = statusOf({
    connection: live.connection,
    known,
    player: watched.state,
    stats: watched.stats,
    error: watched.error,
    nowMs: performance.now(),
    today: new Date(),
  });
  useSeconds(status.state !== 'live');
  useEffect(() => announce(camera.id, `${name}: ${status.word}`), [camera.id, name, status.word]);
  return (
    <li class="card" data-camera={camera.id} data-state={status.state}>
      <Picture camera={camera.id} name={name} paused={paused} watched={watched} status={status} />
      <div class="card-foot">
        <h2>
          <a class="card-link" href={`#/camera/${camera.id}`}>
            {name}
          </a>
        </h2>
        <StatusLine status={status} />
        {camera.battery != null && camera.battery <= LOW_BATTERY && (
          <p class="low">Battery {camera.battery} %</p>
        )}
        {camera.error && (
          <p class="card-error" title={camera.error}>
            {sentence(camera.error)}
          </p>
        )}
      </div>
    </li>
  );
}

// The page does not know the devices' own port; they may come to its own address as well.
function Empty() {
  const address = new URL('device/', serverUrl).href.replace(/^http/, 'ws');
  return (
    <section class="empty" aria-labelledby="empty-title">
      <h1 id="empty-title">No camera has knocked yet</h1>
      <p>
        A camera connects to this server by itself and appears here. Point its firmware at this
        address, with an id of your choice at the end (small letters, digits and hyphens):
      </p>
      <code class="address">{address}porch</code>
      <p>Every binary WebSocket message is one JPEG; nothing else is needed.</p>
      <p>
        No camera at hand? <code>eyelid-fakecam --url {address} --id porch</code> draws one.
      </p>
      <p>A camera that has an address of its own is asked by this server:</p>
      <AddCamera />
    </section>
  );
}

// Whoever adopts a camera has the focus in a form that vanishes: it goes on to the camera's card.
function useFocusOnAdopted(): (camera: string | null) => void {
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (asked.current !== null && focusCard(asked.current)) asked.current = null;
  });
  return (camera) => {
    asked.current = camera;
  };
}

export function Grid({ paused }: { paused: boolean }) {
  const live = useLive();
  const asking = useFocusOnAdopted();
  useEffect(() => {
    document.title = 'eyelid';
  }, []);
  const cameras = [...live.cameras.values()].sort((a, b) =>
    nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true }),
  );
  if (!live.heard)
    return (
      <p class="quiet" data-testid="loading">
        {live.connection.state === 'waiting'
          ? `The server at ${serverUrl.host} does not answer.`
          : 'Connecting…'}
      </p>
    );
  if (cameras.length === 0) return <Empty />;
  const found = cameras.filter(({ camera }) => camera.adopted === false);
  const adopted = cameras.filter(({ camera }) => camera.adopted !== false);
  return (
    <>
      <h1 class="unseen">Cameras</h1>
      {found.length > 0 && <NewCameras cameras={found} asking={asking} />}
      {adopted.length > 0 && (
        <ul class="grid" aria-label="Cameras" data-testid="grid">
          {adopted.map((known) => (
            <Card key={known.camera.id} known={known} paused={paused} />
          ))}
        </ul>
      )}
      <div class="grid-end">
        <AddCamera />
      </div>
    </>
  );
}
