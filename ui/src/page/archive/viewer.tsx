// One item of the archive, large.
import left from 'icon:chevron-left';
import right from 'icon:chevron-right';
import download from 'icon:download';
import star from 'icon:star';
import trash from 'icon:trash';
import close from 'icon:x';
import { useState } from 'preact/hooks';
import type { Item } from '../../live/rest';
import { serverUrl } from '../../live/shared';
import { bytes, t } from '../i18n';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { rest } from '../server';
import { pixels, problemText } from '../words';
import { titleOf } from './archive';
import '../camera/photo.css';

const href = (item: Item): string => new URL(item.url.slice(1), serverUrl).href;

function Question({ item, yes, closed }: { item: Item; yes(): void; closed(): void }) {
  return (
    <Dialog title={t('archive.remove.title')} closed={closed}>
      <p>{titleOf(item)}</p>
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

export function ItemViewer(props: {
  items: Item[];
  first: string;
  change(item: Item): void;
  drop(id: string): void;
  closed(): void;
}) {
  const { items, first, change, drop, closed } = props;
  const [id, setId] = useState(first);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState('');
  const at = items.findIndex((item) => item.id === id);
  const item = items[at];
  if (!item) return null;
  const step = (by: number): void => {
    const to = items[at + by];
    if (to) setId(to.id);
  };
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
      setError('');
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  const remove = (): void =>
    void attempt(async () => {
      await rest.removeItem(item.id);
      tell(t('archive.removed'));
      const beside = items[at + 1] ?? items[at - 1];
      if (beside) setId(beside.id);
      else closed();
      drop(item.id);
    });
  const source = href(item);
  return (
    <Dialog title={titleOf(item)} class="viewer" closed={closed}>
      <figure
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') step(-1);
          if (event.key === 'ArrowRight') step(1);
        }}
      >
        {item.kind === 'photo' ? (
          <img src={source} alt={titleOf(item)} data-kept={item.id} />
        ) : (
          <video src={source} controls playsInline autoplay muted data-kept={item.id} />
        )}
        <figcaption>
          {error && <span class="wrong">{error}</span>}
          <span class="quiet">{`${pixels(item.width, item.height)}, ${bytes(item.bytes)}`}</span>
          <span class="viewer-steps">
            <button
              type="button"
              class="over-button"
              aria-label={t('photo.previous')}
              aria-disabled={at === 0}
              onClick={() => step(-1)}
            >
              <Icon of={left} />
            </button>
            <button
              type="button"
              class="over-button"
              aria-label={t('photo.next')}
              aria-disabled={at === items.length - 1}
              onClick={() => step(1)}
            >
              <Icon of={right} />
            </button>
          </span>
          <button
            type="button"
            class="chip"
            aria-pressed={item.starred}
            data-action="star"
            onClick={() =>
              void attempt(async () => change(await rest.star(item.id, !item.starred)))
            }
          >
            <Icon of={star} />
            {t('archive.star')}
          </button>
          <a class="button is-first" href={source} download="" data-action="download">
            <Icon of={download} />
            {t('photo.download')}
          </a>
          <button
            type="button"
            class="button"
            data-action="ask-remove-item"
            onClick={() => setAsking(true)}
          >
            <Icon of={trash} />
            {t('remove.yes')}
          </button>
          <button
            type="button"
            class="button"
            data-action="close"
            onClick={(event) => closeDialog(event.currentTarget)}
          >
            <Icon of={close} />
            {t('close')}
          </button>
        </figcaption>
      </figure>
      {asking && <Question item={item} yes={remove} closed={() => setAsking(false)} />}
    </Dialog>
  );
}
