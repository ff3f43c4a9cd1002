// All items; only those near the window are rendered.

import check from 'icon:check';
import film from 'icon:film';
import play from 'icon:play';
import star from 'icon:star';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../live/rest';
import { clock, day as dayName, t, time } from '../i18n';
import { useSize } from '../parts/hooks';
import { Icon } from '../parts/icon';
import type { Items } from './items';
import { boxIn, type Grid as Layout, layOut, sizesFor, stepFrom, topOf, visibleIn } from './layout';
import { address, lengthOf, nameFor, titleOf } from './words';

const BEYOND_PX = 600; // rendered beyond the edges of the window

// The visible part of the grid in its scrolled ancestor: [top, bottom).
function useWindow(ref: { current: HTMLElement | null }, height: number): [number, number] {
  const [shown, setShown] = useState<[number, number]>([0, 1200]);
  useLayoutEffect(() => {
    const root = ref.current?.closest('.main');
    if (!root) return;
    let asked = 0;
    const measure = (): void => {
      asked = 0;
      const grid = ref.current?.getBoundingClientRect();
      const frame = root.getBoundingClientRect();
      if (!grid) return;
      const top = Math.max(0, frame.top - grid.top);
      setShown((last) =>
        last[0] === top && last[1] === top + frame.height ? last : [top, top + frame.height],
      );
    };
    const ask = (): void => {
      asked ||= requestAnimationFrame(measure);
    };
    measure();
    root.addEventListener('scroll', ask, { passive: true });
    const observer = new ResizeObserver(ask);
    observer.observe(root);
    return () => {
      root.removeEventListener('scroll', ask);
      observer.disconnect();
      cancelAnimationFrame(asked);
    };
  }, [height]);
  return shown;
}

const px = (value: number): string => `${Math.round(value * 100) / 100}px`;

function Cell(props: {
  layout: Layout;
  index: number;
  at: number; // within its day
  item: Item | undefined;
  isActive: boolean;
  isSelected: boolean;
  isSelecting: boolean;
  press(event: MouseEvent): void;
}) {
  const { layout, index, at, item, isActive, isSelected, isSelecting, press } = props;
  const { left, top } = boxIn(layout.sizes, at);
  const [isBroken, setIsBroken] = useState(false);
  return (
    <li
      class="kept-cell"
      aria-setsize={layout.count}
      aria-posinset={index + 1}
      style={{
        transform: `translate(${px(left)}, ${px(top)})`,
        width: px(layout.sizes.cellWidth),
        height: px(layout.sizes.cellHeight),
      }}
    >
      <button
        type="button"
        class="kept"
        data-at={index}
        data-item={item?.id}
        tabIndex={isActive ? 0 : -1}
        aria-label={item ? undefined : t('archive.loading')}
        aria-pressed={isSelecting ? isSelected : undefined}
        aria-busy={!item}
        onClick={press}
      >
        {item && !isBroken && (
          <img
            src={address(item.thumbnail)}
            alt={titleOf(item)}
            loading="lazy"
            decoding="async"
            onError={() => setIsBroken(true)}
          />
        )}
        {item && isBroken && (
          <>
            <Icon of={film} class="kept-broken" />
            <span class="unseen">{titleOf(item)}</span>
          </>
        )}
        {item && (
          <span class="kept-line" aria-hidden="true">
            <span class="kept-name">{nameFor(item.camera)}</span>
            <span>
              {item.starred && <Icon of={star} />}
              {time(new Date(item.start))}
            </span>
          </span>
        )}
        {item && item.kind !== 'photo' && (
          <span class="kept-length" aria-hidden="true">
            <Icon of={item.kind === 'film' ? film : play} />
            {clock(lengthOf(item))}
          </span>
        )}
        {isSelecting && (
          <span class="kept-check" aria-hidden="true">
            {isSelected && <Icon of={check} />}
          </span>
        )}
      </button>
    </li>
  );
}

export function Grid(props: {
  items: Items;
  changes: number; // changes of items so far, because items is a mutable object
  selected: { has(id: string): boolean };
  isSelecting: boolean;
  maySelect: boolean;
  jump: { date: string } | null; // to a day; a new object for each jump
  open(index: number): void;
  toggle(index: number, through: boolean): void; // through: all from the one toggled last
}) {
  const { items, selected, isSelecting, maySelect, jump, open, toggle } = props;
  const [ref, { width }] = useSize<HTMLDivElement>();
  const [active, setActive] = useState(0);
  const hasFocus = useRef(false);
  const moved = useRef(false);
  const layout = layOut(items.days, sizesFor(width || 800));
  const [top, bottom] = useWindow(ref, layout.height);
  const visible = width > 0 ? visibleIn(layout, top - BEYOND_PX, bottom + BEYOND_PX) : [];
  const here = Math.min(active, Math.max(0, layout.count - 1));

  const newest = useRef(here); // keys may come faster than it is drawn
  newest.current = here;

  const first = visible[0]?.first ?? 0;
  const last = visible[visible.length - 1]?.last ?? 0;
  useEffect(() => items.want(first, last), [items, first, last, props.changes]);

  const root = (): Element | null => ref.current?.closest('.main') ?? null;
  const scrollTo = (y: number): void => {
    const main = root();
    const grid = ref.current?.getBoundingClientRect();
    if (!main || !grid) return;
    main.scrollTop += grid.top + y - main.getBoundingClientRect().top;
  };
  useEffect(() => {
    const day = jump && layout.days.find(({ date }) => date <= jump.date);
    if (!day) return;
    scrollTo(day.top);
    setActive(day.first);
  }, [jump]);

  // The cell must be rendered before it gets the focus, and may have to be scrolled to. An effect of
  // an earlier drawing may run after the key; the focus waits for the drawing that the key asked for.
  useEffect(() => {
    if (!moved.current || here !== newest.current) return;
    moved.current = false;
    ref.current?.querySelector<HTMLElement>(`[data-at="${here}"]`)?.focus({ preventScroll: true });
  });
  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((bottom - top) / layout.sizes.cellHeight) - 1);
    const to = stepFrom(layout, newest.current, event.key, page);
    if (event.key === 'x' && maySelect) toggle(newest.current, event.shiftKey);
    else if (to === null) return;
    else {
      moved.current = true;
      newest.current = to;
      setActive(to);
      const y = topOf(layout, to);
      const end = y + layout.sizes.cellHeight + layout.sizes.gap;
      if (y - layout.sizes.heading < top) scrollTo(y - layout.sizes.heading);
      else if (end > bottom) scrollTo(end - (bottom - top));
    }
    event.preventDefault();
  };
  // A cell that is scrolled out of sight keeps the focus.
  const kept =
    hasFocus.current && layout.count > 0 && !visible.some((v) => here >= v.first && here < v.last)
      ? layout.days.find((d) => here >= d.first && here < d.first + d.count)
      : undefined;
  const parts = visible.map((v) => ({ ...v, extra: v.day === kept }));
  if (kept && !parts.some(({ extra }) => extra))
    parts.push({ day: kept, first: here, last: here + 1, extra: false });

  return (
    // biome-ignore lint/a11y/useSemanticElements: not a part of a form
    <div
      ref={ref}
      class="kept-days"
      role="group"
      aria-label={t('area.archive')}
      style={{ height: px(layout.height) }}
      onKeyDown={key}
      onFocusIn={() => {
        hasFocus.current = true;
      }}
      onFocusOut={() => {
        hasFocus.current = false;
      }}
    >
      {parts.map(({ day, first: from, last: until, extra }) => {
        const indices = Array.from({ length: until - from }, (_, n) => from + n);
        if (extra) indices.push(here);
        const title = dayName(new Date(`${day.date}T12:00:00`));
        return (
          <section
            key={day.date}
            class="kept-day"
            aria-label={title}
            style={{ transform: `translateY(${px(day.top)})`, height: px(day.height) }}
          >
            <h2>
              {title} <span class="quiet figure">{t('archive.count', { n: day.count })}</span>
            </h2>
            <ul>
              {indices.map((index) => {
                const item = items.at(index);
                return (
                  <Cell
                    key={index}
                    layout={layout}
                    index={index}
                    at={index - day.first}
                    item={item}
                    isActive={index === here}
                    isSelected={item !== undefined && selected.has(item.id)}
                    isSelecting={isSelecting}
                    press={(event) => {
                      setActive(index);
                      const isMore = event.ctrlKey || event.metaKey || event.shiftKey;
                      if (isSelecting || (maySelect && isMore)) toggle(index, event.shiftKey);
                      else open(index);
                    }}
                  />
                );
              })}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
