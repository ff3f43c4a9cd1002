// The cameras that there are, this server, and what eyelid is.
import plus from 'icon:plus';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Camera } from '../../live/protocol';
import { Remove } from '../camera/remove';
import { t } from '../i18n';
import { Icon } from '../parts/icon';
import { cameraOf } from '../store';
import { sourceName } from '../terms';
import { allIds } from '../wall/arrangement';
import { nameOf } from '../words';
import { AddCamera } from './add';
import { About, Server, useFacts } from './facts';
import { FoundCameras } from './found';
import './system.css';

const STATES = {
  offline: 'state.offline',
  asleep: 'state.asleep',
  waking: 'state.waking',
  awake: 'state.awake',
  lingering: 'state.awake',
} as const;

function Row({ camera, name, removed }: { camera: Camera; name: string; removed(): void }) {
  return (
    <li class="row" data-row={camera.id}>
      <div class="row-what">
        <a href={`#/camera/${camera.id}`}>
          <strong>{name}</strong>
        </a>
        <span class="quiet">
          {sourceName(camera.source)}
          {camera.state && ` · ${t(STATES[camera.state])}`}
        </span>
        {camera.address && <code class="quiet">{camera.address}</code>}
      </div>
      <div class="row-tools">
        <Remove small camera={camera} name={name} removed={removed} />
      </div>
    </li>
  );
}

export function System() {
  const [adding, setAdding] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const facts = useFacts();
  useEffect(() => {
    document.title = `${t('area.system')} · eyelid`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="paper">
      <h1 ref={heading} tabIndex={-1}>
        {t('area.system')}
      </h1>
      <FoundCameras />
      <section class="section" aria-labelledby="cameras-title">
        <div class="section-head">
          <h2 id="cameras-title">{t('wall.title')}</h2>
          <button
            type="button"
            class="button is-first"
            data-action="add-camera"
            onClick={() => setAdding(true)}
          >
            <Icon of={plus} />
            {t('add.ask')}
          </button>
        </div>
        {allIds.value.length === 0 && <p class="quiet">{t('welcome.title')}</p>}
        <ul class="rows">
          {allIds.value.map((id) => {
            const known = cameraOf(id).value;
            return (
              known && (
                <Row
                  key={id}
                  camera={known.camera}
                  name={nameOf(known)}
                  removed={() => heading.current?.focus()}
                />
              )
            );
          })}
        </ul>
      </section>
      {facts && <Server facts={facts} />}
      <About />
      {adding && <AddCamera closed={() => setAdding(false)} />}
    </div>
  );
}
