// A new film: of whose photos, how fast, how large. Or films that a schedule makes by itself.
import { useEffect, useState } from 'preact/hooks';
import { dayAfter } from '../archive/items';
import { nameFor } from '../archive/words';
import { rest } from '../areas_server';
import { duration, number, t } from '../i18n';
import { mayOn } from '../me';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { allIds } from '../wall/arrangement';
import { problemText } from '../words';
import {
  bodyOf,
  bodyOfChosen,
  type Draft,
  NEW,
  RATES,
  REPEATS,
  type Repeat,
  scheduleOf,
  WIDTHS,
} from './draft';
import './films.css';

// How many photos there are to be made a film of; null: not known yet.
function usePhotoCount({ camera, from, to }: Draft, isAsked: boolean): number | null {
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    if (!isAsked) return;
    let gone = false;
    const end = to && dayAfter(to);
    rest.archiveDays({ camera, kind: 'photo', from, to: end }).then(
      (days) => !gone && setCount(Object.values(days).reduce((sum, n) => sum + n, 0)),
      () => !gone && setCount(null),
    );
    return () => {
      gone = true;
    };
  }, [camera, from, to, isAsked]);
  return count;
}

const REPEAT_WORDS = {
  once: 'film.repeat.once',
  day: 'film.repeat.day',
  week: 'film.repeat.week',
} as const;

export function FilmForm(props: {
  chosen?: { camera: string; ids: string[] }; // of these photos
  saved(): void;
  closed(): void;
}) {
  const { chosen, saved, closed } = props;
  const cameras = allIds.value.filter((id) => mayOn('operator', id));
  const [entered, setDraft] = useState<Draft>(() => ({ ...NEW, camera: chosen?.camera ?? '' }));
  // The form may be open before the cameras are known.
  const draft = { ...entered, camera: entered.camera || (cameras[0] ?? '') };
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const inTime = usePhotoCount(draft, !chosen);
  const count = chosen ? chosen.ids.length : inTime;
  const isOnce = draft.repeat === 'once';
  const set = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const isReady =
    draft.name.trim() !== '' && draft.camera !== '' && (count !== 0 || !isOnce) && !busy;
  const save = async (form: Element): Promise<void> => {
    if (!isReady) return;
    setBusy(true);
    try {
      if (isOnce) await rest.addFilm(chosen ? bodyOfChosen(draft, chosen.ids) : bodyOf(draft));
      else await rest.addSchedule(scheduleOf(draft));
      tell(isOnce ? t('film.begun') : t('film.scheduled'));
      saved();
      closeDialog(form);
    } catch (problem) {
      setError(problemText(problem));
    }
    setBusy(false);
  };
  return (
    <Dialog title={t('film.add')} closed={closed}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save(event.currentTarget);
        }}
      >
        <div class="field">
          <label for="film-name">{t('name.label')}</label>
          <input
            id="film-name"
            class="input"
            required
            maxLength={64}
            autocomplete="off"
            autofocus
            value={draft.name}
            onInput={(event) => set({ name: event.currentTarget.value })}
          />
        </div>
        {!chosen && (
          <>
            <div class="field">
              <label for="film-camera">{t('archive.camera')}</label>
              <select
                id="film-camera"
                class="input"
                value={draft.camera}
                onChange={(event) => set({ camera: event.currentTarget.value })}
              >
                {cameras.map((camera) => (
                  <option key={camera} value={camera}>
                    {nameFor(camera)}
                  </option>
                ))}
              </select>
            </div>
            <div class="field">
              <label for="film-repeat">{t('film.repeat')}</label>
              <select
                id="film-repeat"
                class="input"
                value={draft.repeat}
                onChange={(event) => set({ repeat: event.currentTarget.value as Repeat })}
              >
                {REPEATS.map((repeat) => (
                  <option key={repeat} value={repeat}>
                    {t(REPEAT_WORDS[repeat])}
                  </option>
                ))}
              </select>
            </div>
          </>
        )}
        {!chosen && isOnce && (
          <div class="film-pair">
            {(['from', 'to'] as const).map((name) => (
              <div key={name} class="field">
                <label for={`film-${name}`}>
                  {t(name === 'from' ? 'calendar.from' : 'calendar.to')}
                </label>
                <input
                  id={`film-${name}`}
                  type="date"
                  class="input"
                  value={draft[name]}
                  onChange={(event) => set({ [name]: event.currentTarget.value })}
                />
              </div>
            ))}
          </div>
        )}
        {isOnce && (
          <>
            <div class="film-pair">
              <div class="field">
                <label for="film-fps">{t('film.fps')}</label>
                <select
                  id="film-fps"
                  class="input"
                  value={draft.fps}
                  onChange={(event) => set({ fps: Number(event.currentTarget.value) })}
                >
                  {RATES.map((fps) => (
                    <option key={fps} value={fps}>
                      {number(fps)}
                    </option>
                  ))}
                </select>
              </div>
              <div class="field">
                <label for="film-width">{t('film.size')}</label>
                <select
                  id="film-width"
                  class="input"
                  value={draft.width}
                  onChange={(event) => set({ width: Number(event.currentTarget.value) })}
                >
                  {WIDTHS.map((width) => (
                    <option key={width} value={width}>
                      {width === 0
                        ? t('film.size.photos')
                        : t('film.size.px', { n: String(width) })}
                    </option>
                  ))}
                </select>
              </div>
            </div>
            <label class="film-choice">
              <input
                type="checkbox"
                checked={draft.deflicker}
                onChange={(event) => set({ deflicker: event.currentTarget.checked })}
              />
              {t('film.deflicker')}
            </label>
            <label class="film-choice">
              <input
                type="checkbox"
                checked={draft.skipNight}
                onChange={(event) => set({ skipNight: event.currentTarget.checked })}
              />
              {t('film.skip-night')}
            </label>
            <label class="film-choice">
              <input
                type="checkbox"
                checked={draft.stamp}
                onChange={(event) => set({ stamp: event.currentTarget.checked })}
              />
              {t('film.stamp')}
            </label>
          </>
        )}
        {!isOnce && <p class="quiet">{t('film.repeat.what')}</p>}
        {isOnce && count !== null && (
          <p class="quiet" data-testid="film-length">
            {t('film.photos', { n: count })}
            {count > 0 && ` · ${duration(Math.max(1, count / draft.fps))}`}
          </p>
        )}
        {error && (
          <p class="problem" role="alert">
            {error}
          </p>
        )}
        <div class="tools">
          <button
            type="submit"
            class="button is-first"
            data-action="save-film"
            aria-disabled={!isReady}
          >
            {isOnce ? t('film.make') : t('save')}
          </button>
          <CancelButton>{t('cancel')}</CancelButton>
        </div>
      </form>
    </Dialog>
  );
}
