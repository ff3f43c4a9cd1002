// The list of cameras, this server, and about eyelid.
import plus from 'icon:plus';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Camera } from '../../live/protocol';
import { roleName } from '../access/rights';
import { Remove } from '../camera/remove';
import { t } from '../i18n';
import { may, mayOn, me } from '../me';
import { Icon } from '../parts/icon';
import { cameraOf } from '../store';
import { isNetwork, sourceName } from '../terms';
import { allIds } from '../wall/arrangement';
import { nameOf } from '../words';
import { AddCamera } from './add';
import { EditAddress } from './address';
import { About, Server, useFacts } from './facts';
import { FoundCameras } from './found';
import { Log } from './log';
import { SystemNav } from './nav';
import { Storage } from './storage';
import { Trust } from './trust';
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
        {isNetwork(camera.source) && mayOn('admin', camera.id) && (
          <EditAddress camera={camera} name={name} />
        )}
        {mayOn('admin', camera.id) && (
          <Remove small camera={camera} name={name} removed={removed} />
        )}
      </div>
    </li>
  );
}

// Who is asking: without accounts, everyone; else people with accounts may do more.
function Access() {
  const who = me.value;
  if (who?.principal !== 'anyone') return null;
  if (who.access === 'open')
    return <p class="quiet">{t('access.open', { role: roleName(who.role) })}</p>;
  const isNew = who.needs_setup;
  return (
    <section class="section-head" aria-label={t('login.title')}>
      <p class="quiet">{isNew ? t('setup.what') : t('login.anyone')}</p>
      <a class="button is-first" href={isNew ? '#/setup' : '#/login'} data-action="to-login">
        {isNew ? t('setup.title') : t('login.title')}
      </a>
    </section>
  );
}

const PATIENCE_MS = 1500;

// The sections that are asked for appear together, so that none pushes another one down: when all have come, or after
// a while.
function useTogether(parts: string[]): [boolean, (part: string) => void] {
  const missing = useRef(new Set(parts));
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const came = (part: string): void => {
    missing.current.delete(part);
    if (missing.current.size === 0) setReady(true);
  };
  return [ready, came];
}

export function System() {
  const [adding, setAdding] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const facts = useFacts();
  const [ready, came] = useTogether(['facts', 'storage', ...(may('admin') ? ['log'] : [])]);
  useEffect(() => {
    if (facts) came('facts');
  }, [facts === null]);
  useEffect(() => {
    document.title = `${t('area.system')} · eyelid`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="paper">
      <SystemNav />
      <h1 ref={heading} tabIndex={-1}>
        {t('area.system')}
      </h1>
      <Access />
      <FoundCameras />
      <section class="section" aria-labelledby="cameras-title">
        <div class="section-head">
          <h2 id="cameras-title">{t('wall.title')}</h2>
          {may('admin') && (
            <button
              type="button"
              class="button is-first"
              data-action="add-camera"
              onClick={() => setAdding(true)}
            >
              <Icon of={plus} />
              {t('add.ask')}
            </button>
          )}
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
      <div class="together" hidden={!ready}>
        {facts && <Server facts={facts} />}
        <Storage came={() => came('storage')} />
        <Log came={() => came('log')} />
        {facts?.authority && <Trust />}
        <About />
      </div>
      {adding && <AddCamera closed={() => setAdding(false)} />}
    </div>
  );
}
