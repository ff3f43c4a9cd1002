// The frame of the page around its areas.
import { useEffect, useRef } from 'preact/hooks';
import { Camera } from '../camera/camera';
import { t } from '../i18n';
import { entry, me } from '../me';
import { Announcer } from '../parts/announcer';
import { lazy } from '../parts/lazy';
import { cameraOf, heard } from '../store';
import { focusWanted } from '../wall/arrangement';
import { Wall } from '../wall/wall';
import { Connection } from './connection';
import { Rail } from './rail';
import { type Route, route } from './route';
import './page.css';

const Archive = lazy(() => import('../archive/archive').then((m) => m.Archive));
const Films = lazy(() => import('../films/films').then((m) => m.Films));
const Schedules = lazy(() => import('../schedules/schedules').then((m) => m.Schedules));
const System = lazy(() => import('../system/system').then((m) => m.System));
const Account = lazy(() => import('../access/account').then((m) => m.Account));
const Users = lazy(() => import('../access/users').then((m) => m.Users));
const Tokens = lazy(() => import('../access/tokens').then((m) => m.Tokens));
const Entry = lazy(() => import('../access/entry').then((m) => m.Entry));
const FoundOne = lazy(() => import('../system/found').then((m) => m.FoundOne));

function NotHere({ children }: { children: string }) {
  return (
    <section class="empty">
      <h1 tabIndex={-1}>{children}</h1>
      <a class="button" href="#/">
        {t('camera.all')}
      </a>
    </section>
  );
}

function OneCamera({ id }: { id: string }) {
  const known = cameraOf(id).value;
  if (!known)
    return heard.value ? (
      <NotHere>{t('camera.none', { id })}</NotHere>
    ) : (
      <p class="loading">{t('server.connecting')}</p>
    );
  if (known.camera.adopted === false) return <FoundOne known={known} />;
  return <Camera key={id} known={known} />;
}

// #/login and #/setup with nothing left to do.
function Done() {
  useEffect(() => {
    if (me.value) location.replace('#/');
  }, [me.value]);
  return null;
}

function Area({ at }: { at: Route }) {
  if (at.area === 'live') return at.camera === null ? <Wall /> : <OneCamera id={at.camera} />;
  if (at.area === 'archive') return <Archive />;
  if (at.area === 'films') return <Films />;
  if (at.area === 'schedules') return <Schedules />;
  if (at.area === 'system') {
    if (at.page === 'account') return <Account />;
    if (at.page === 'users') return <Users />;
    if (at.page === 'tokens') return <Tokens />;
    return <System />;
  }
  if (at.area === 'login' || at.area === 'setup') return <Done />;
  return <NotHere>{t('page.none')}</NotHere>;
}

// When returning to the wall, restores the focus on the camera and the scroll position; in another
// area the focus goes to its heading.
function useReturn(main: { current: HTMLElement | null }, at: Route, isEntry: boolean): void {
  const last = useRef<Route | null>(null);
  const scrolled = useRef(0);
  const wasEntry = useRef(isEntry);
  const key = isEntry ? 'entry' : at.area === 'live' ? (at.camera ?? 'wall') : JSON.stringify(at);
  useEffect(() => {
    const from = last.current;
    last.current = at;
    const element = main.current;
    if (!element) return;
    if (wasEntry.current && !isEntry) element.focus({ preventScroll: true });
    wasEntry.current = isEntry;
    if (isEntry) return;
    const isWall = at.area === 'live' && at.camera === null;
    element.scrollTop = isWall ? scrolled.current : 0;
    if (from && isWall && from.area === 'live') focusWanted.value = from.camera;
    if (from && at.area !== 'live') element.querySelector('h1')?.focus({ preventScroll: true });
    if (!isWall) return;
    const note = (): void => {
      scrolled.current = element.scrollTop;
    };
    element.addEventListener('scroll', note, { passive: true });
    return () => element.removeEventListener('scroll', note);
  }, [key]);
}

export function Page() {
  const main = useRef<HTMLElement>(null);
  const at = route.value;
  const kind = entry.value;
  useReturn(main, at, kind !== null);
  return (
    <div class="page" data-area={kind ? 'entry' : at.area}>
      {!kind && <Rail />}
      <main class="main" ref={main} id="main" tabIndex={-1}>
        {kind ? <Entry kind={kind} /> : <Area at={at} />}
      </main>
      {!kind && <Connection />}
      <Announcer />
    </div>
  );
}
