// All cameras: pictures edge to edge, in the owner's order.
import { useEffect, useMemo } from 'preact/hooks';
import { serverUrl } from '../../live/shared';
import { t } from '../i18n';
import { may, me } from '../me';
import { useSize } from '../parts/hooks';
import { lazy } from '../parts/lazy';
import { ratioOf } from '../parts/shape';
import { cameraOf, cameras, connection, heard } from '../store';
import { arranging, fitsScreen, foundIds, layout, shownGroup, wallIds } from './arrangement';
import { fitted, scrolled } from './fit';
import { Tile } from './tile';
import './wall.css';

const GAP = 3; // px

const Welcome = lazy(() => import('../system/welcome').then((m) => m.Welcome));
const Arranger = lazy(() => import('./arranger').then((m) => m.Arranger));

function Groups() {
  const { groups } = layout.value;
  if (groups.length === 0 || arranging.value) return null;
  const names = [null, ...groups.map(({ name }) => name)];
  return (
    <nav class="groups" aria-label={t('groups.title')}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={shownGroup.value === name}
          onClick={() => {
            shownGroup.value = name;
          }}
        >
          {name ?? t('groups.all')}
        </button>
      ))}
    </nav>
  );
}

function Found() {
  if (me.value?.needs_setup)
    return (
      <a class="found-note" href="#/setup" data-testid="setup">
        {t('setup.note')}
      </a>
    );
  const count = foundIds.value.length;
  if (count === 0 || !may('admin')) return null;
  return (
    <a class="found-note" href="#/system" data-testid="found">
      {t('found.note', { n: count })}
    </a>
  );
}

function Tiles() {
  const [ref, size] = useSize<HTMLDivElement>();
  const ids = wallIds.value;
  const ratios = ids.map((id) => {
    const known = cameraOf(id).value;
    return known ? ratioOf(known.camera) : 1;
  });
  const key = `${ratios.map((ratio) => ratio.toFixed(3))} ${size.width} ${size.height} ${fitsScreen.value}`;
  const arrangement = useMemo(() => {
    const area = { ...size, gap: GAP };
    return (fitsScreen.value && fitted(ratios, area)) || scrolled(ratios, area);
  }, [key]);
  return (
    <div class="wall-area" ref={ref}>
      <ul
        class="wall"
        aria-label={t('wall.title')}
        data-testid="grid"
        style={{ height: `${Math.floor(arrangement.height)}px` }}
      >
        {size.width > 0 &&
          ids.map((id, i) => {
            const known = cameraOf(id).value;
            const box = arrangement.boxes[i];
            return known && box && <Tile key={id} known={known} box={box} />;
          })}
      </ul>
      {arranging.value && <Arranger boxes={arrangement.boxes} />}
    </div>
  );
}

export function Wall() {
  useEffect(() => {
    document.title = 'eyelid';
    return () => {
      arranging.value = false;
    };
  }, []);
  if (!heard.value)
    return (
      <p class="loading" data-testid="loading">
        {connection.value.state === 'waiting'
          ? t('server.unreachable', { server: serverUrl.host })
          : t('server.connecting')}
      </p>
    );
  const isEmpty = ![...cameras.value.values()].some(({ camera }) => camera.adopted !== false);
  if (isEmpty) return <Welcome />;
  return (
    <div class="live">
      <h1 class="unseen" tabIndex={-1}>
        {t('wall.title')}
      </h1>
      <Groups />
      <Tiles />
      <Found />
    </div>
  );
}
