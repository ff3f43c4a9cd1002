// One camera on the wall.
import activity from 'icon:activity';
import battery from 'icon:battery-low';
import { useEffect, useRef } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import { number, t } from '../i18n';
import { usePlayer, useSaid } from '../parts/hooks';
import { Icon } from '../parts/icon';
import { Picture, Status, Trouble } from '../parts/picture';
import { moving, ringing } from '../parts/ring';
import { remember } from '../parts/shape';
import { figuresShown } from '../store';
import { figuresOf, nameOf } from '../words';
import { focusWanted } from './arrangement';
import type { Box } from './fit';
import './tile.css';

const LOW_BATTERY = 20; // %

export function Tile({ known, box }: { known: KnownCamera; box: Box }) {
  const { camera } = known;
  const name = nameOf(known);
  const watched = usePlayer(figuresShown.value);
  const { said, facts } = useSaid(known, watched);
  useEffect(
    () => remember(camera.id, camera.width ?? 0, camera.height ?? 0),
    [camera.id, camera.width, camera.height],
  );
  const link = useRef<HTMLAnchorElement>(null);
  const isWanted = focusWanted.value === camera.id;
  useEffect(() => {
    if (!isWanted) return;
    focusWanted.value = null;
    link.current?.focus({ preventScroll: true });
  }, [isWanted]);
  return (
    <li
      class="tile"
      data-camera={camera.id}
      data-state={said.state}
      data-ring={ringing.value.has(camera.id) ? '' : undefined}
      style={{
        transform: `translate(${box.x}px, ${box.y}px)`,
        width: `${box.width}px`,
        height: `${box.height}px`,
      }}
    >
      <Picture camera={camera} name={name} watched={watched} said={said} facts={facts} fit />
      <div class="tile-foot">
        {said.state !== 'live' && <Trouble camera={camera} class="card-error" />}
        <div class="tile-line">
          <h2>
            <a ref={link} class="card-link" href={`#/camera/${camera.id}`}>
              {name}
            </a>
          </h2>
          {moving.value.has(camera.id) && (
            <span class="moving">
              <Icon of={activity} />
              {t('tile.moving')}
            </span>
          )}
          {camera.battery != null && camera.battery <= LOW_BATTERY && (
            <span class="low">
              <Icon of={battery} />
              <span class="unseen">{t('battery.label')}</span>
              {number(camera.battery / 100, { style: 'percent' })}
            </span>
          )}
          <Status said={said} figures={figuresShown.value ? figuresOf(watched.stats) : ''} />
        </div>
      </div>
    </li>
  );
}
