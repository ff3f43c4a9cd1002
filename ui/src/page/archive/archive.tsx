// What was kept: photos and clips, by day, the newest first.
import star from 'icon:star';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../live/rest';
import { serverUrl } from '../../live/shared';
import { day, moment, t } from '../i18n';
import { Icon } from '../parts/icon';
import { rest } from '../server';
import { cameraOf } from '../store';
import { allIds } from '../wall/arrangement';
import { nameOf, problemText } from '../words';
import { ItemViewer } from './viewer';
import './archive.css';

const nameFor = (id: string): string => {
  const known = cameraOf(id).value;
  return known ? nameOf(known) : id;
};

export const titleOf = (item: Item): string =>
  t('archive.item', { name: nameFor(item.camera), time: moment(new Date(item.start)) });

function Thumb({ item, open }: { item: Item; open(): void }) {
  return (
    <li>
      <button type="button" class="kept" data-item={item.id} onClick={open}>
        <img
          src={new URL(item.thumbnail.slice(1), serverUrl).href}
          alt={titleOf(item)}
          loading="lazy"
          decoding="async"
        />
        <span class="kept-line" aria-hidden="true">
          <span>{nameFor(item.camera)}</span>
          <span>
            {item.starred && <Icon of={star} />}
            {moment(new Date(item.start), new Date(item.start))}
          </span>
        </span>
      </button>
    </li>
  );
}

// The newest items that fit the filters, and more on request.
function useItems(camera: string, starred: boolean) {
  const [items, setItems] = useState<Item[] | null>(null); // null: not there yet
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState('');
  const asked = useRef(0);
  const load = async (cursor: string | null): Promise<void> => {
    const mine = ++asked.current;
    try {
      const page = await rest.archive({ camera, starred, cursor });
      if (mine !== asked.current) return;
      setItems((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
      setNext(page.next);
      setError('');
    } catch (problem) {
      if (mine === asked.current) setError(problemText(problem));
    }
  };
  useEffect(() => void load(null), [camera, starred]);
  return {
    items,
    error,
    more: next === null ? null : () => void load(next),
    change: (item: Item) =>
      setItems((before) => (before ?? []).map((other) => (other.id === item.id ? item : other))),
    drop: (id: string) => setItems((before) => (before ?? []).filter((other) => other.id !== id)),
  };
}

function byDay(items: Item[]): [string, Item[]][] {
  const days = new Map<string, Item[]>();
  for (const item of items) {
    const title = day(new Date(item.start));
    days.set(title, [...(days.get(title) ?? []), item]);
  }
  return [...days];
}

export function Archive() {
  const [camera, setCamera] = useState('');
  const [starred, setStarred] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const { items, error, more, change, drop } = useItems(camera, starred);
  useEffect(() => {
    document.title = `${t('area.archive')} · eyelid`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="paper is-wide">
      <div class="section-head">
        <h1 ref={heading} tabIndex={-1}>
          {t('area.archive')}
        </h1>
        <div class="tools">
          <label class="unseen" for="archive-camera">
            {t('archive.camera')}
          </label>
          <select
            id="archive-camera"
            class="input"
            value={camera}
            onChange={(event) => setCamera(event.currentTarget.value)}
          >
            <option value="">{t('camera.all')}</option>
            {allIds.value.map((id) => (
              <option key={id} value={id}>
                {nameFor(id)}
              </option>
            ))}
          </select>
          <button
            type="button"
            class="chip"
            aria-pressed={starred}
            onClick={() => setStarred(!starred)}
          >
            <Icon of={star} />
            {t('archive.starred')}
          </button>
        </div>
      </div>
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      {items?.length === 0 && !error && <p class="quiet">{t('archive.none')}</p>}
      {byDay(items ?? []).map(([title, those]) => (
        <section key={title} class="section" aria-label={title}>
          <h2>{title}</h2>
          <ul class="kept-grid">
            {those.map((item) => (
              <Thumb key={item.id} item={item} open={() => setShown(item.id)} />
            ))}
          </ul>
        </section>
      ))}
      {more && (
        <button type="button" class="button" onClick={more}>
          {t('archive.more')}
        </button>
      )}
      {shown !== null && items && (
        <ItemViewer
          items={items}
          first={shown}
          change={change}
          drop={drop}
          closed={() => setShown(null)}
        />
      )}
    </div>
  );
}
