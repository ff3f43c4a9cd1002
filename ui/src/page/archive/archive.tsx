// The archive: photos, clips and films by day, newest first.
import calendar from 'icon:calendar-days';
import selectIcon from 'icon:square-check';
import star from 'icon:star';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ArchiveFilter, Item } from '../../live/rest';
import { rest } from '../areas_server';
import { type Key, t } from '../i18n';
import { maySome } from '../me';
import { Icon } from '../parts/icon';
import { remembered } from '../store';
import { allIds } from '../wall/arrangement';
import { problemText } from '../words';
import { Calendar } from './calendar';
import { Grid } from './grid';
import { dayAfter, Items } from './items';
import { Recordings } from './recordings';
import { SelectionBar } from './selection';
import { ItemViewer } from './viewer';
import { KINDS, nameFor, REASONS } from './words';
import './archive.css';

const REFRESH_MS = 10_000;

interface Wanted {
  camera: string;
  kind: string;
  reason: string;
  starred: boolean;
  from: string; // a date, or ''
  to: string; // a date (inclusive), or ''
}

const EVERYTHING: Wanted = { camera: '', kind: '', reason: '', starred: false, from: '', to: '' };
const wanted = remembered<Wanted>('archive', EVERYTHING, () => sessionStorage);

const filterOf = ({ to, ...rest }: Wanted): ArchiveFilter => ({
  ...rest,
  to: to && dayAfter(to),
});

function useItems(filter: Wanted): { items: Items; changes: number } {
  const [changes, setChanges] = useState(0);
  const key = JSON.stringify(filter);
  const items = useMemo(
    () =>
      new Items(
        rest,
        filterOf(filter),
        () => allIds.peek(),
        () => setChanges((n) => n + 1),
      ),
    [key],
  );
  useEffect(() => {
    const load = (): void => {
      if (document.visibilityState === 'visible') void items.refresh();
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    document.addEventListener('visibilitychange', load);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', load);
      items.close();
    };
  }, [items]);
  return { items, changes };
}

function Choice(props: {
  id: string;
  label: string;
  all: string;
  value: string;
  options: [string, string][];
  choose(value: string): void;
}) {
  const { id, label, all, value, options, choose } = props;
  return (
    <>
      <label class="unseen" for={id}>
        {label}
      </label>
      <select
        id={id}
        class="input"
        value={value}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="">{all}</option>
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </>
  );
}

function Filters({ openCalendar }: { openCalendar(): void }) {
  const filter = wanted.value;
  const set = (part: Partial<Wanted>): void => {
    wanted.value = { ...filter, ...part };
  };
  const said = (list: readonly (readonly [string, Key])[]): [string, string][] =>
    list.map(([value, key]) => [value, t(key)]);
  return (
    <search class="tools archive-filters" aria-label={t('archive.search')}>
      <Choice
        id="archive-camera"
        label={t('archive.camera')}
        all={t('camera.all')}
        value={filter.camera}
        options={allIds.value.map((id) => [id, nameFor(id)])}
        choose={(camera) => set({ camera })}
      />
      <Choice
        id="archive-kind"
        label={t('archive.kind')}
        all={t('archive.kind.all')}
        value={filter.kind}
        options={said(KINDS)}
        choose={(kind) => set({ kind })}
      />
      <Choice
        id="archive-reason"
        label={t('archive.reason')}
        all={t('archive.reason.all')}
        value={filter.reason}
        options={said(REASONS)}
        choose={(reason) => set({ reason })}
      />
      <button
        type="button"
        class="chip"
        data-action="starred"
        aria-pressed={filter.starred}
        onClick={() => set({ starred: !filter.starred })}
      >
        <Icon of={star} />
        {t('archive.starred')}
      </button>
      <button
        type="button"
        class="chip"
        data-action="calendar"
        aria-pressed={filter.from !== '' || filter.to !== ''}
        onClick={openCalendar}
      >
        <Icon of={calendar} />
        {t('calendar')}
      </button>
    </search>
  );
}

// The selected items. A range can only be selected over items that are loaded.
function useSelection(items: Items) {
  const [isSelecting, setIsSelecting] = useState(false);
  const [ids, setIds] = useState<ReadonlyMap<string, Item>>(new Map());
  const last = useRef(0);
  const toggle = (index: number, through: boolean): void => {
    setIsSelecting(true);
    const next = new Map(ids);
    const [from, to] = through ? [last.current, index].sort((a, b) => a - b) : [index, index];
    for (let at = from as number; at <= (to as number); at++) {
      const item = items.at(at);
      if (!item) continue;
      if (!through && next.has(item.id)) next.delete(item.id);
      else next.set(item.id, item);
    }
    last.current = index;
    setIds(next);
  };
  const end = (): void => {
    setIsSelecting(false);
    setIds(new Map());
  };
  useEffect(end, [items]);
  return {
    isSelecting,
    ids,
    toggle,
    end,
    begin: () => setIsSelecting(true),
    change: (item: Item) =>
      setIds((before) => (before.has(item.id) ? new Map(before).set(item.id, item) : before)),
    drop: (id: string) =>
      setIds((before) => {
        const next = new Map(before);
        next.delete(id);
        return next;
      }),
  };
}

export function Archive() {
  const filter = wanted.value;
  const { items, changes } = useItems(filter);
  const selection = useSelection(items);
  const [shown, setShown] = useState<number | null>(null);
  const [isCalendar, setIsCalendar] = useState(false);
  const [jump, setJump] = useState<{ date: string } | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${t('area.archive')} · eyelid`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  const change = (item: Item): void => {
    items.change(item);
    selection.change(item);
  };
  const drop = (id: string): void => {
    items.drop(id);
    selection.drop(id);
  };
  const isEmpty = items.isKnown && items.days.length === 0;
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(EVERYTHING);
  return (
    <div class="paper is-wide">
      <div class="section-head">
        <h1 ref={heading} tabIndex={-1}>
          {t('area.archive')}
        </h1>
        {!isEmpty && maySome('operator') && (
          <button
            type="button"
            class="chip"
            data-action="select"
            aria-pressed={selection.isSelecting}
            onClick={() => (selection.isSelecting ? selection.end() : selection.begin())}
          >
            <Icon of={selectIcon} />
            {t('select')}
          </button>
        )}
        <Filters openCalendar={() => setIsCalendar(true)} />
      </div>
      <Recordings ended={() => void items.refresh()} />
      {items.problem !== null && (
        <p class="problem" role="alert">
          {problemText(items.problem)}
        </p>
      )}
      {isEmpty && items.problem === null && (
        <p class="quiet">
          {isFiltered ? t('archive.none.filter') : t('archive.none')}{' '}
          {isFiltered && (
            <button
              type="button"
              class="button"
              data-action="everything"
              onClick={() => {
                wanted.value = EVERYTHING;
              }}
            >
              {t('archive.everything')}
            </button>
          )}
        </p>
      )}
      {!isEmpty && (
        <Grid
          items={items}
          changes={changes}
          selected={selection.ids}
          isSelecting={selection.isSelecting}
          maySelect={maySome('operator')}
          jump={jump}
          open={setShown}
          toggle={selection.toggle}
        />
      )}
      {selection.isSelecting && (
        <SelectionBar selected={selection.ids} change={change} drop={drop} done={selection.end} />
      )}
      {isCalendar && (
        <Calendar
          days={items.days}
          from={filter.from}
          to={filter.to}
          choose={(date) => setJump({ date })}
          limit={(from, to) => {
            wanted.value = { ...filter, from, to };
          }}
          closed={() => setIsCalendar(false)}
        />
      )}
      {shown !== null && (
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
