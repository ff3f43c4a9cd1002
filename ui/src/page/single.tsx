// One camera, large, with all that can be known and done about it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { KnownCamera } from '../live/live';
import { serverUrl } from '../live/shared';
import { announce } from './announcer';
import { AwakeHours, Why } from './awake';
import { CaptureButton, StillView, useCapture } from './capture';
import { Controls } from './controls';
import { isDialogOpen } from './dialog';
import { useLive, usePlayer, useSeconds, type Watched } from './hooks';
import { BackIcon, FullIcon } from './icons';
import { Name } from './name';
import { Picture, StatusLine } from './picture';
import { Remove } from './remove';
import { statusOf } from './status';
import { nameOf, sentence, sourceName } from './words';

const WAYS: Record<string, string> = {
  webcodecs: 'WebCodecs',
  worker: 'WebCodecs in a worker',
  mse: 'Media Source',
  jpeg: 'JPEG',
};

const ENCODERS: Record<string, string> = {
  v4l2m2m: 'Hardware',
  openh264: 'OpenH264',
  x264: 'x264',
};

function Panel({ title, children }: { title: string; children: ComponentChildren }) {
  const id = `panel-${title.toLowerCase().replaceAll(/\W+/g, '-')}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function Facts({ known, watched }: { known: KnownCamera; watched: Watched }) {
  const { camera } = known;
  const { stats } = watched;
  const facts: [string, string | null][] = [
    ['Latency', stats?.latencyMs == null ? null : `${Math.max(0, Math.round(stats.latencyMs))} ms`],
    ['Shown', stats && stats.fps > 0 ? `${Math.round(stats.fps)} fps` : null],
    [
      'Comes in',
      camera.width && camera.height
        ? `${camera.width} × ${camera.height}${camera.fps ? `, ${Math.round(camera.fps)} fps` : ''}`
        : null,
    ],
    ['Delivery', stats?.delivery ? (WAYS[stats.delivery] ?? stats.delivery) : null],
    ['Encoder', camera.encoder ? (ENCODERS[camera.encoder] ?? camera.encoder) : null],
    ['Lost', stats && stats.lost > 0 ? `${stats.lost} frames` : null],
    ['Battery', camera.battery == null ? null : `${camera.battery} %`],
    ['Model', camera.model || null],
    ['Source', `${sourceName(camera.source)}${camera.controlled === false ? ', always on' : ''}`],
    ['Address', camera.address || null],
  ];
  return (
    <dl class="facts">
      {facts.map(([term, value]) =>
        value === null ? null : (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Links({ camera }: { camera: string }) {
  const links = [
    ['Still', `snapshot/${camera}.jpg`],
    ['MJPEG', `stream/${camera}.mjpg`],
    ['MP4', `stream/${camera}.mp4`],
    ['HLS', `hls/${camera}/index.m3u8`],
    ['Full window', `view.html?camera=${camera}`],
  ] as const;
  return (
    <ul class="links">
      {links.map(([name, path]) => (
        <li key={name}>
          <a href={new URL(path, serverUrl).href}>{name}</a>
        </li>
      ))}
    </ul>
  );
}

export function Single({ known, paused }: { known: KnownCamera; paused: boolean }) {
  const live = useLive();
  const watched = usePlayer();
  const { camera } = known;
  const name = nameOf(known);
  const capture = useCapture(camera.id);
  const stage = useRef<HTMLDivElement>(null);
  const nowMs = performance.now();
  const status = statusOf({
    connection: live.connection,
    known,
    player: watched.state,
    stats: watched.stats,
    error: watched.error,
    nowMs,
    today: new Date(),
  });
  useSeconds(true);
  useEffect(() => {
    document.title = `${name} · eyelid`;
  }, [name]);
  useEffect(() => announce(camera.id, `${name}: ${status.word}`), [camera.id, name, status.word]);
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || document.fullscreenElement || isDialogOpen()) return;
      location.hash = '#/';
    };
    addEventListener('keydown', leave);
    return () => removeEventListener('keydown', leave);
  }, []);

  return (
    <article class="single" data-camera={camera.id} data-state={status.state}>
      <nav>
        <a class="button is-plain" href="#/" data-action="back">
          <BackIcon />
          All cameras
        </a>
      </nav>
      <div class="single-main">
        <header>
          <Name camera={camera.id} name={name} />
          <StatusLine status={status} />
        </header>
        <div
          class="stage"
          ref={stage}
          style={{ aspectRatio: `${camera.width || 4} / ${camera.height || 3}` }}
        >
          <Picture
            camera={camera.id}
            name={name}
            paused={paused}
            watched={watched}
            status={status}
          />
        </div>
        {camera.error && <p class="problem">{sentence(camera.error)}</p>}
        <div class="tools">
          <CaptureButton capture={capture} disabled={live.connection.state !== 'connected'} />
          {document.fullscreenEnabled && (
            <button
              type="button"
              class="button"
              onClick={() => void stage.current?.requestFullscreen()}
            >
              <FullIcon />
              Full screen
            </button>
          )}
        </div>
        <StillView capture={capture} name={name} />
      </div>
      <div class="single-side">
        <Panel title="Now">
          <Facts known={known} watched={watched} />
          {camera.encoder_note && <p class="quiet">{camera.encoder_note}</p>}
        </Panel>
        <Panel title="Why awake?">
          <Why known={known} nowMs={nowMs} />
        </Panel>
        <Panel title="Awake today">
          <AwakeHours camera={camera.id} />
        </Panel>
        <Panel title="Settings">
          <Controls camera={camera} />
        </Panel>
        <Panel title="Elsewhere">
          <Links camera={camera.id} />
        </Panel>
        <Remove camera={camera} name={name} />
      </div>
    </article>
  );
}
