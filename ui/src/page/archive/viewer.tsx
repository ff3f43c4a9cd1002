// One item of the archive, enlarged. Keys and swipes lead to those beside it.
import left from 'icon:chevron-left';
import right from 'icon:chevron-right';
import download from 'icon:download';
import share from 'icon:share-2';
import star from 'icon:star';
import trash from 'icon:trash';
import close from 'icon:x';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../live/rest';
import { MakeLink } from '../access/links';
import { rest } from '../areas_server';
import { bytes, clock, number, t } from '../i18n';
import { may, mayOn } from '../me';
import { tell } from '../parts/announcer';
import { closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { pixels, problemText } from '../words';
import { Clip, type ClipKeys } from './clip';
import type { Items } from './items';
import { RemoveQuestion } from './selection';
import { address, lengthOf, reasonOf, titleOf } from './words';
import '../camera/photo.css';
import './viewer.css';

const SWIPE_PX = 60;

// Calls back with -1 or 1 for a horizontal swipe.
function useSwipe(step: (by: number) => void) {
  const begun = useRef<{ id: number; x: number; y: number } | null>(null);
  return {
    onPointerDown: (event: PointerEvent) => {
      const isControl = (event.target as Element).closest('button, input, select, a') !== null;
      const isFinger = event.pointerType === 'touch' && event.isPrimary && !isControl;
      begun.current = isFinger ? { id: event.pointerId, x: event.clientX, y: event.clientY } : null;
    },
    onPointerUp: (event: PointerEvent) => {
      const from = begun.current;
      begun.current = null;
      if (!from || from.id !== event.pointerId) return;
      const x = event.clientX - from.x;
      const y = event.clientY - from.y;
      if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
    },
    onPointerCancel: () => {
      begun.current = null;
    },
  };
}

const aboutOf = (item: Item): string =>
  [
    reasonOf(item),
    ...(item.kind === 'photo' ? [] : [clock(lengthOf(item))]),
    ...(item.width && item.height ? [pixels(item.width, item.height)] : []),
    bytes(item.bytes),
  ].join(' · ');

export function ItemViewer(props: {
  items: Items;
  first: number; // the index of the first one to show
  change(item: Item): void;
  drop(id: string): void;
  closed(): void;
}) {
  const { items, first, change, drop, closed } = props;
  const [at, setAt] = useState(first);
  const [asking, setAsking] = useState(false);
  const [sharing, setSharing] = useState(false);
  const [error, setError] = useState('');
  const keys = useRef<ClipKeys | null>(null);
  const count = items.days.reduce((sum, day) => sum + day.count, 0);
  const here = Math.min(at, count - 1);
  const item = items.at(here);
  useEffect(() => items.want(Math.max(0, here - 1), here + 2), [items, here]);
  // New items are inserted before it; the shown item stays.
  const shown = useRef<string | null>(null);
  const isSame = item?.id === shown.current;
  useEffect(() => {
    if (shown.current !== null && !isSame) {
      const to = items.indexOf(shown.current);
      if (to >= 0 && to !== here) setAt(to);
    }
  }, [items.days[0]?.count]);
  useEffect(() => {
    shown.current = item?.id ?? null;
  }, [here, item?.id]);
  const swipe = useSwipe((by) => step(by));
  const step = (by: number): void => {
    const to = here + by;
    if (to < 0 || to >= count) return;
    shown.current = null;
    setError('');
    setAt(to);
  };
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
      setError('');
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  const remove = (gone: Item): void =>
    void attempt(async () => {
      await rest.removeItem(gone.id);
      tell(t('archive.removed'));
      shown.current = null;
      if (count === 1) closed();
      drop(gone.id);
    });
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || asking || sharing) return;
    const target = event.target as Element;
    const isField = target.closest('input, select') !== null;
    const isButton = event.key === ' ' && target.closest('button, a') !== null;
    if (isField || isButton) return;
    if (event.key === 'ArrowLeft') step(-1);
    else if (event.key === 'ArrowRight') step(1);
    else if (!keys.current?.key(event)) return;
    event.preventDefault();
  };
  if (item?.kind === 'photo') keys.current = null;
  // On the window, because the focused element may be gone with the previous item.
  const newest = useRef(pressed);
  newest.current = pressed;
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => newest.current(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
  if (count === 0) return null;
  const mayChange = item !== undefined && mayOn('operator', item.camera);
  const source = item ? address(item.url) : '';
  return (
    <Dialog title={item ? titleOf(item) : t('archive.loading')} class="viewer" closed={closed}>
      <figure {...swipe}>
        {!item && <p class="loading">{t('archive.loading')}</p>}
        {item?.kind === 'photo' && <img src={source} alt={titleOf(item)} data-kept={item.id} />}
        {item && item.kind !== 'photo' && (
          <Clip key={item.id} id={item.id} src={source} label={titleOf(item)} keys={keys} />
        )}
        <figcaption>
          {error && (
            <span class="wrong" role="alert">
              {error}
            </span>
          )}
          <span class="quiet">{item && aboutOf(item)}</span>
          <span class="viewer-steps">
            <button
              type="button"
              class="over-button"
              data-action="previous"
              aria-label={t('archive.newer')}
              aria-disabled={here === 0}
              onClick={() => step(-1)}
            >
              <Icon of={left} />
            </button>
            <span class="figure">
              {number(here + 1)} / {number(count)}
            </span>
            <button
              type="button"
              class="over-button"
              data-action="next"
              aria-label={t('archive.older')}
              aria-disabled={here === count - 1}
              onClick={() => step(1)}
            >
              <Icon of={right} />
            </button>
          </span>
          {item && (
            <>
              {mayChange && (
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
              )}
              <a class="button is-first" href={source} download="" data-action="download">
                <Icon of={download} />
                {t('photo.download')}
              </a>
              {may('admin') && (
                <button
                  type="button"
                  class="button"
                  data-action="share-item"
                  onClick={() => setSharing(true)}
                >
                  <Icon of={share} />
                  {t('tab.share')}
                </button>
              )}
              {mayChange && (
                <button
                  type="button"
                  class="button"
                  data-action="ask-remove-item"
                  onClick={() => setAsking(true)}
                >
                  <Icon of={trash} />
                  {t('remove.yes')}
                </button>
              )}
            </>
          )}
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
      {sharing && item && (
        <Dialog title={t('share.link')} closed={() => setSharing(false)}>
          <MakeLink camera={item.camera} item={item.id} />
        </Dialog>
      )}
      {asking && item && (
        <RemoveQuestion
          title={t('archive.remove.title')}
          what={titleOf(item)}
          yes={() => remove(item)}
          closed={() => setAsking(false)}
        />
      )}
    </Dialog>
  );
}
