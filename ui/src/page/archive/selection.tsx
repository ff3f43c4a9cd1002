// Actions on several items at once.
import film from 'icon:clapperboard';
import download from 'icon:download';
import star from 'icon:star';
import trash from 'icon:trash';
import { useState } from 'preact/hooks';
import type { Item } from '../../live/rest';
import { serverUrl } from '../../live/shared';
import { rest } from '../areas_server';
import { chosenOf } from '../films/draft';
import { FilmForm } from '../films/form';
import { t } from '../i18n';
import { mayOn } from '../me';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { problemText } from '../words';
import './selection.css';

const AT_ONCE = 4;
const EXPORT_MAX = 1000; // items of one zip file

const exportOf = (ids: string[]): string =>
  new URL(`api/v1/archive/export?ids=${ids.join()}`, serverUrl).href;

// Runs the action for each, a few at a time. Stops at the first problem and throws it.
export async function forEach<T>(all: T[], act: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      try {
        await act(one);
      } catch (problem) {
        left.length = 0;
        throw problem;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

export function RemoveQuestion(props: {
  title: string;
  what: string;
  yes(): void;
  closed(): void;
}) {
  const { title, what, yes, closed } = props;
  return (
    <Dialog title={title} closed={closed}>
      <p>{what}</p>
      <div class="tools">
        <CancelButton autofocus>{t('remove.keep')}</CancelButton>
        <button
          type="button"
          class="button is-bad"
          data-action="remove-item"
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

export function SelectionBar(props: {
  selected: ReadonlyMap<string, Item>;
  change(item: Item): void;
  drop(id: string): void;
  done(): void;
}) {
  const { selected, change, drop, done } = props;
  const [asking, setAsking] = useState(false);
  const [isFilming, setIsFilming] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState('');
  const n = selected.size;
  const items = [...selected.values()];
  const isStarred = items.length > 0 && items.every(({ starred }) => starred);
  const attempt = async (act: (item: Item) => Promise<void>, said: string): Promise<void> => {
    setIsBusy(true);
    try {
      await forEach(items, act);
      setError('');
      tell(said);
    } catch (problem) {
      setError(problemText(problem));
    }
    setIsBusy(false);
  };
  const idle = n > 0 && !isBusy;
  const chosen = chosenOf(items);
  return (
    <section class="selection" aria-label={t('select.title')}>
      <p class="figure" aria-live="polite">
        {t('select.count', { n })}
      </p>
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <span class="tools-space" />
      <button
        type="button"
        class="button"
        data-action="star-selected"
        aria-disabled={!idle}
        aria-pressed={isStarred}
        onClick={() =>
          idle &&
          void attempt(
            async ({ id }) => change(await rest.star(id, !isStarred)),
            t('select.starred', { n }),
          )
        }
      >
        <Icon of={star} />
        {isStarred ? t('archive.unstar') : t('archive.star')}
      </button>
      {n > 0 && n <= EXPORT_MAX && (
        <a class="button" href={exportOf([...selected.keys()])} download="" data-action="export">
          <Icon of={download} />
          {t('select.zip')}
        </a>
      )}
      {chosen && mayOn('operator', chosen.camera) && (
        <button
          type="button"
          class="button"
          data-action="film-selected"
          onClick={() => setIsFilming(true)}
        >
          <Icon of={film} />
          {t('film.add')}
        </button>
      )}
      <button
        type="button"
        class="button"
        data-action="ask-remove-selected"
        aria-disabled={!idle}
        onClick={() => idle && setAsking(true)}
      >
        <Icon of={trash} />
        {t('remove.yes')}
      </button>
      <button type="button" class="button is-first" data-action="select-done" onClick={done}>
        {t('select.done')}
      </button>
      {isFilming && chosen && (
        <FilmForm
          chosen={chosen}
          saved={() => {
            location.hash = '#/films';
          }}
          closed={() => setIsFilming(false)}
        />
      )}
      {asking && (
        <RemoveQuestion
          title={t('select.remove.title', { n })}
          what={t('select.remove.what')}
          yes={() =>
            void attempt(async ({ id }) => {
              await rest.removeItem(id);
              drop(id);
            }, t('archive.removed'))
          }
          closed={() => setAsking(false)}
        />
      )}
    </section>
  );
}
