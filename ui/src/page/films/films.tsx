// Time-lapse films: what is being made, and how far it is.
import film from 'icon:clapperboard';
import pause from 'icon:pause';
import play from 'icon:play';
import plus from 'icon:plus';
import trash from 'icon:trash';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Film } from '../../live/rest';
import { Clip, type ClipKeys } from '../archive/clip';
import { address, nameFor } from '../archive/words';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { mayOn, maySome } from '../me';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { problemText } from '../words';
import { FilmForm } from './form';
import { progressOf, STATES } from './words';
import '../camera/photo.css';
import './films.css';

const BUSY_MS = 1000;
const IDLE_MS = 10_000;

function useFilms() {
  const [films, setFilms] = useState<Film[] | null>(null); // null: not there yet
  const [error, setError] = useState('');
  const load = async (): Promise<void> => {
    try {
      setFilms(await rest.films());
      setError('');
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  const isBusy = films?.some(({ state }) => state === 'running' || state === 'waiting') ?? false;
  useEffect(() => void load(), []);
  useEffect(() => {
    const timer = setInterval(
      () => {
        if (document.visibilityState === 'visible') void load();
      },
      isBusy ? BUSY_MS : IDLE_MS,
    );
    return () => clearInterval(timer);
  }, [isBusy]);
  return { films, error, load };
}

function Player({ made, closed }: { made: Film; closed(): void }) {
  const keys = useRef<ClipKeys | null>(null);
  return (
    <Dialog title={made.name} class="viewer" closed={closed}>
      <figure
        onKeyDown={(event) => {
          const isField = (event.target as Element).closest('input, select, button') !== null;
          if (!isField && keys.current?.key(event)) event.preventDefault();
        }}
      >
        <Clip
          id={made.item ?? ''}
          src={address(`/archive/${made.item}`)}
          label={made.name}
          keys={keys}
        />
        <figcaption>
          <CancelButton>{t('close')}</CancelButton>
        </figcaption>
      </figure>
    </Dialog>
  );
}

function Question(props: { made: Film; yes(): void; closed(): void }) {
  const { made, yes, closed } = props;
  const isDone = made.state === 'done';
  return (
    <Dialog title={t('film.remove.title', { name: made.name })} closed={closed}>
      <p>{isDone ? t('film.remove.done') : t('film.remove.running')}</p>
      <div class="tools">
        <CancelButton autofocus>{t('remove.keep')}</CancelButton>
        <button
          type="button"
          class="button is-bad"
          data-action="remove-film"
          onClick={(event) => {
            closeDialog(event.currentTarget);
            yes();
          }}
        >
          {t('remove.yes')}
        </button>
      </div>
    </Dialog>
  );
}

function Row(props: { made: Film; changed(): void; show(): void; remove(): void }) {
  const { made, changed, show, remove } = props;
  const { id, name, state, photos, done, detail } = made;
  const [error, setError] = useState('');
  const mayChange = mayOn('operator', made.camera);
  const isPaused = state === 'paused';
  const isGoing = state === 'running' || state === 'waiting' || isPaused;
  const pauseOrGoOn = async (): Promise<void> => {
    try {
      await rest.pauseFilm(id, !isPaused);
      setError('');
      changed();
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  return (
    <li class="row" data-film={id} data-state={state}>
      <div class="row-what">
        <strong>{name}</strong>
        <span>
          {nameFor(made.camera)} · {t('film.photos', { n: photos })}
        </span>
        {isGoing && (
          <progress
            class="film-progress"
            max={Math.max(1, photos)}
            value={done}
            aria-label={t('film.progress', { name })}
          />
        )}
        <span class="quiet figure">
          {[t(STATES[state]), progressOf(made)].filter(Boolean).join(' · ')}
        </span>
        {(detail || error) && <span class="wrong">{error || detail}</span>}
      </div>
      <div class="tools">
        {state === 'done' && made.item && (
          <button type="button" class="button" data-action="play-film" onClick={show}>
            <Icon of={play} />
            {t('clip.play')}
          </button>
        )}
        {mayChange && isGoing && (
          <button
            type="button"
            class="button"
            data-action="pause-film"
            onClick={() => void pauseOrGoOn()}
          >
            <Icon of={isPaused ? play : pause} />
            {isPaused ? t('resume') : t('pause')}
          </button>
        )}
        {mayChange && (
          <button
            type="button"
            class="button is-icon"
            data-action="ask-remove-film"
            aria-label={t('film.remove.of', { name })}
            title={t('film.remove.of', { name })}
            onClick={remove}
          >
            <Icon of={trash} />
          </button>
        )}
      </div>
    </li>
  );
}

type Open = { what: 'new' } | { what: 'play' | 'remove'; made: Film };

export function Films() {
  const { films, error, load } = useFilms();
  const [open, setOpen] = useState<Open | null>(null);
  const [problem, setProblem] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const closed = (): void => setOpen(null);
  useEffect(() => {
    document.title = `${t('area.films')} · eyelid`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  const remove = async (id: string): Promise<void> => {
    try {
      await rest.removeFilm(id);
      tell(t('archive.removed'));
      setProblem('');
      heading.current?.focus();
    } catch (why) {
      setProblem(problemText(why));
    }
    await load();
  };
  return (
    <div class="paper">
      <div class="section-head">
        <h1 ref={heading} tabIndex={-1}>
          {t('area.films')}
        </h1>
        {maySome('operator') && (
          <button
            type="button"
            class="button is-first"
            data-action="add-film"
            onClick={() => setOpen({ what: 'new' })}
          >
            <Icon of={plus} />
            {t('film.add')}
          </button>
        )}
      </div>
      {(problem || error) && (
        <p class="problem" role="alert">
          {problem || error}
        </p>
      )}
      {films?.length === 0 && (
        <p class="quiet schedules-none">
          <Icon of={film} /> {t('film.none')}
        </p>
      )}
      <ul class="rows">
        {films?.map((made) => (
          <Row
            key={made.id}
            made={made}
            changed={() => void load()}
            show={() => setOpen({ what: 'play', made })}
            remove={() => setOpen({ what: 'remove', made })}
          />
        ))}
      </ul>
      {open?.what === 'new' && <FilmForm saved={() => void load()} closed={closed} />}
      {open?.what === 'play' && <Player made={open.made} closed={closed} />}
      {open?.what === 'remove' && (
        <Question made={open.made} yes={() => void remove(open.made.id)} closed={closed} />
      )}
    </div>
  );
}
