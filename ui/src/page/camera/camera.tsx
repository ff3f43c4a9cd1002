// One camera: its picture as large as the window allows, controls over it that fade out, and a
// sheet with details and settings.
import back from 'icon:arrow-left';
import cameraIcon from 'icon:camera';
import left from 'icon:chevron-left';
import right from 'icon:chevron-right';
import maximize from 'icon:maximize';
import minimize from 'icon:minimize';
import panel from 'icon:panel-right';
import pip from 'icon:picture-in-picture-2';
import zoomIn from 'icon:zoom-in';
import zoomOut from 'icon:zoom-out';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import { t } from '../i18n';
import { mayOn } from '../me';
import { useMedia, usePlayer, useSaid, useSize } from '../parts/hooks';
import { Icon } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { Picture, Status, Trouble } from '../parts/picture';
import { ratioOf, remember } from '../parts/shape';
import { connection, figuresShown, paused, remembered } from '../store';
import type { Kept, Past } from '../timeline/day';
import { wallIds } from '../wall/arrangement';
import { figuresOf, nameOf } from '../words';
import { useFading } from './fading';
import { type Actions, useKeys } from './keys';
import { PhotoThumb, usePhotos } from './photo';
import { Recorded, useRecording } from './record';
import { canPip, toggleFull, togglePip, useFullScreen } from './screen';
import { useZoom } from './zoom';
import './camera.css';

const Sheet = lazy(() => import('./sheet').then((m) => m.Sheet));
const Timeline = lazy(() => import('../timeline/timeline').then((m) => m.Timeline));
const PastPicture = lazy(() => import('../timeline/past').then((m) => m.PastPicture));
const Keys = lazy(() => import('./keys_help').then((m) => m.KeysHelp));

const SHEET_PX = 352;
const SHEET_COST = 0.96; // the sheet opens by itself if the picture keeps this part of its width

const sheetChosen = remembered<boolean | null>('sheet', null);

export function neighbour(id: string, step: number): string | null {
  const ids = wallIds.value;
  const at = ids.indexOf(id);
  if (at < 0 || ids.length < 2) return null;
  return ids[(at + step + ids.length) % ids.length] ?? null;
}

function OverlayButton(props: {
  icon: string;
  label: string;
  action: string;
  pressed?: boolean;
  expanded?: boolean;
  disabled?: boolean;
  busy?: boolean;
  onClick(): void;
}) {
  const { icon, label, action, pressed, expanded, disabled, busy, onClick } = props;
  return (
    <button
      type="button"
      class="over-button"
      data-action={action}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-busy={busy}
      aria-disabled={disabled}
      onClick={() => {
        if (!disabled) onClick();
      }}
    >
      <Icon of={icon} />
    </button>
  );
}

function Side({ to, step }: { to: string | null; step: number }) {
  if (to === null) return null;
  const label = step < 0 ? t('camera.previous') : t('camera.next');
  return (
    <a
      class={`over-button side ${step < 0 ? 'is-previous' : 'is-next'}`}
      href={`#/camera/${to}`}
      aria-label={label}
      title={label}
    >
      <Icon of={step < 0 ? left : right} />
    </a>
  );
}

// The first picture is yet to come; the strip is loaded after it.
const BEFORE = new Set(['asleep', 'waking', 'reconnecting']);

// True from the first time on.
function useSeen(now: boolean): boolean {
  const seen = useRef(false);
  seen.current ||= now;
  return seen.current;
}

export function Camera({ known }: { known: KnownCamera }) {
  const { camera } = known;
  const name = nameOf(known);
  const watched = usePlayer(true);
  const { said, facts } = useSaid(known, watched);
  const photos = usePhotos(camera.id);
  const recording = useRecording(known);
  const view = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [stage] = useSize<HTMLDivElement>();
  const [area, areaSize] = useSize<HTMLDivElement>();
  const [help, setHelp] = useState(false);
  const [past, setPast] = useState<Past | null>(null); // null: the live picture is shown
  const [kept, setKept] = useState<Kept[]>([]);
  const hasBegun = useSeen(watched.hasPicture || !BEFORE.has(said.state));
  const full = useFullScreen(view);
  const zoom = useZoom(stage);
  const ratio = ratioOf(camera);
  const isBeside = useMedia('(min-width: 60rem), (orientation: landscape)');
  const isShort = useMedia('(orientation: landscape) and (max-height: 30rem)');

  // The sheet opens by itself if the picture stays about as large.
  const room = areaSize.width - Math.min(areaSize.width, areaSize.height * ratio) * SHEET_COST;
  const fitsBeside = !isShort && areaSize.width > 0 && room >= SHEET_PX;
  const sheetOpen = isBeside ? !isShort && (sheetChosen.value ?? fitsBeside) : true;
  const [overSheet, setOverSheet] = useState(false); // on a phone on its side, for now
  const showSheet = !full && (isShort ? overSheet : sheetOpen);
  const shown = useFading(stage, said.state === 'live' && !help && !past);

  useEffect(() => {
    document.title = `${name} · eyelid`;
  }, [name]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(
    () => remember(camera.id, camera.width ?? 0, camera.height ?? 0),
    [camera.id, camera.width, camera.height],
  );

  const go = (step: number): void => {
    const to = neighbour(camera.id, step);
    if (to) location.replace(`#/camera/${to}`);
  };
  const isConnected = connection.value.state === 'connected';
  const actions: Actions = {
    full: () => void toggleFull(view, watched.ref.current?.shown ?? null),
    previous: () => go(-1),
    next: () => go(1),
    photo: () => void photos.take(),
    record: () => mayOn('operator', camera.id) && recording.toggle(),
    pause: () => {
      paused.value = !paused.value;
    },
    leave: () => {
      if (zoom.isZoomed) zoom.reset();
      else if (overSheet) setOverSheet(false);
      else location.hash = '#/';
    },
    help: () => setHelp(true),
    zoom: (by) => zoom.step(by),
  };
  useKeys(actions);

  const toggleSheet = (): void => {
    if (isShort) setOverSheet(!overSheet);
    else sheetChosen.value = !sheetOpen;
  };

  return (
    <article
      class="camera"
      ref={view}
      data-camera={camera.id}
      data-state={said.state}
      data-sheet={showSheet ? '' : undefined}
      data-strip={full ? undefined : ''}
      style={{ '--ratio': String(ratio) }}
    >
      <div class="camera-area" ref={area}>
        <div
          class="stage"
          ref={stage}
          data-shown={shown ? '' : undefined}
          data-zoomed={zoom.isZoomed ? '' : undefined}
        >
          <div class="zoomed" ref={zoom.ref} hidden={past !== null}>
            <Picture camera={camera} name={name} watched={watched} said={said} facts={facts} />
          </div>
          {past && <PastPicture past={past} all={kept} show={setPast} />}
          <header class="over over-top">
            <a
              class="over-button"
              href="#/"
              data-action="back"
              aria-label={t('camera.back')}
              title={t('camera.back')}
            >
              <Icon of={back} />
            </a>
            <div class="over-title">
              <h1 ref={heading} tabIndex={-1}>
                {name}
              </h1>
              {!past && (
                <Status said={said} figures={figuresShown.value ? figuresOf(watched.stats) : ''} />
              )}
            </div>
            <Recorded known={known} />
            {(isBeside || isShort) && !full && (
              <OverlayButton
                icon={panel}
                action="sheet"
                label={showSheet ? t('camera.sheet.close') : t('camera.sheet.open')}
                expanded={showSheet}
                onClick={toggleSheet}
              />
            )}
          </header>
          {said.state !== 'live' && !past && (
            <Trouble camera={camera} class="problem over-problem" />
          )}
          {(photos.error || recording.error) && (
            <p class="problem over-problem" role="alert">
              {photos.error || recording.error}
            </p>
          )}
          {!past && <Side to={neighbour(camera.id, -1)} step={-1} />}
          {!past && <Side to={neighbour(camera.id, 1)} step={1} />}
          <div
            class="over over-bottom"
            role="toolbar"
            aria-label={t('camera.controls')}
            hidden={past !== null}
          >
            <div class="over-group">
              <PhotoThumb photos={photos} name={name} />
              <span class="over-space" />
              <OverlayButton
                icon={zoom.isZoomed ? zoomOut : zoomIn}
                action="zoom"
                label={zoom.isZoomed ? t('camera.zoom.out') : t('camera.zoom.in')}
                pressed={zoom.isZoomed}
                onClick={() => (zoom.isZoomed ? zoom.reset() : zoom.step(1))}
              />
            </div>
            <button
              type="button"
              class="shutter"
              data-action="capture"
              aria-label={t('photo.take')}
              title={t('photo.take')}
              aria-busy={photos.busy}
              aria-disabled={!isConnected || photos.busy}
              onClick={() => void photos.take()}
            >
              <Icon of={cameraIcon} />
            </button>
            <div class="over-group">
              {mayOn('operator', camera.id) && (
                <OverlayButton
                  icon={recording.icon}
                  action="record"
                  label={recording.label}
                  pressed={recording.isOn}
                  busy={recording.busy}
                  disabled={!isConnected || recording.busy}
                  onClick={recording.toggle}
                />
              )}
              <span class="over-space" />
              <OverlayButton
                icon={full ? minimize : maximize}
                action="full"
                label={full ? t('camera.full.leave') : t('camera.full')}
                pressed={full}
                onClick={actions.full}
              />
              {canPip() && (
                <OverlayButton
                  icon={pip}
                  action="pip"
                  label={t('camera.pip')}
                  onClick={() => void togglePip(watched.ref.current?.shown ?? null)}
                />
              )}
            </div>
          </div>
        </div>
      </div>
      {!full && (
        <div class="strip" data-shown={shown ? '' : undefined}>
          {hasBegun && <Timeline camera={camera.id} past={past} show={setPast} list={setKept} />}
        </div>
      )}
      {showSheet && <Sheet known={known} watched={watched} />}
      {help && <Keys closed={() => setHelp(false)} />}
    </article>
  );
}
