// The form of a schedule. The server previews its runs, or says what is wrong.
import plus from 'icon:plus';
import close from 'icon:x';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import type { Schedule } from '../../live/rest';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { may, mayOn } from '../me';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { cameraOf } from '../store';
import { allIds } from '../wall/arrangement';
import { nameOf, problemText } from '../words';
import {
  bodyOf,
  DAYS,
  type Day,
  type Draft,
  draftOf,
  isTimed,
  JOBS as JOB_KINDS,
  KINDS,
  mayBeAll,
  missingIn,
  NEW,
  SUNS,
  UNITS_S,
} from './draft';
import { NextRuns } from './schedules';
import { dayName, JOBS, KIND_NAMES, MISSED, SUN_NAMES, UNIT_NAMES } from './words';

const PREVIEW_AFTER_MS = 300;
const TIMES_MAX = 48;

const changeable = (): string[] => allIds.value.filter((id) => mayOn('operator', id));

type Set = (part: Partial<Draft>) => void;

function Field({ label, children }: { label: string; children(id: string): ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
    </div>
  );
}

function Select<V extends string | number>(props: {
  id?: string;
  name: string;
  label?: string;
  value: V;
  options: readonly [V, string][];
  choose(value: V): void;
}) {
  const { id, name, label, value, options, choose } = props;
  return (
    <select
      id={id}
      name={name}
      class="input"
      aria-label={label}
      value={value}
      onChange={(event) => {
        const chosen = options.find(([option]) => String(option) === event.currentTarget.value);
        if (chosen) choose(chosen[0]);
      }}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  );
}

function Amount(props: {
  name: string;
  label: string;
  n: number;
  unit: number;
  set(n: number, unit: number): void;
}) {
  const { name, label, n, unit, set } = props;
  return (
    <Field label={label}>
      {(id) => (
        <div class="amount">
          <input
            id={id}
            name={name}
            type="number"
            class="input"
            min={1}
            step="any"
            required
            value={n}
            onInput={(event) => set(event.currentTarget.valueAsNumber || 0, unit)}
          />
          <Select
            name={`${name}-unit`}
            label={t('unit.label')}
            value={unit}
            options={UNITS_S.map((u) => [u as number, t(UNIT_NAMES[u] ?? 'unit.label')])}
            choose={(u) => set(n, u)}
          />
        </div>
      )}
    </Field>
  );
}

function Weekdays({ days, set }: { days: Day[]; set: Set }) {
  return (
    <fieldset class="field">
      <legend>{t('when.days')}</legend>
      <div class="weekdays">
        {DAYS.map((day) => (
          <label key={day} class="chip">
            <input
              type="checkbox"
              name={day}
              checked={days.includes(day)}
              onChange={(event) => {
                const isOn = event.currentTarget.checked;
                set({ days: DAYS.filter((d) => (d === day ? isOn : days.includes(d))) });
              }}
            />
            {dayName(day)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

// Each hour of the day is a button; other times are added one by one.
function Times({ times, set }: { times: string[]; set: Set }) {
  const hours = Array.from({ length: 24 }, (_, h) => `${String(h).padStart(2, '0')}:00`);
  const odd = times.map((time, at) => ({ time, at })).filter(({ time }) => !hours.includes(time));
  return (
    <fieldset class="field">
      <legend>{t('when.times.label')}</legend>
      <div class="hours-grid">
        {hours.map((hour) => (
          <button
            key={hour}
            type="button"
            class="hour"
            data-hour={hour}
            aria-pressed={times.includes(hour)}
            onClick={() =>
              set({
                times: times.includes(hour) ? times.filter((x) => x !== hour) : [...times, hour],
              })
            }
          >
            {hour}
          </button>
        ))}
      </div>
      <div class="tools">
        {odd.map(({ time, at }) => (
          <span key={at} class="amount">
            <input
              type="time"
              step={1}
              class="input"
              aria-label={t('when.time')}
              value={time}
              onChange={(event) => {
                const next = [...times];
                next[at] = event.currentTarget.value;
                set({ times: next });
              }}
            />
            <button
              type="button"
              class="button is-icon"
              aria-label={t('when.time.remove', { time })}
              onClick={() => set({ times: times.filter((_, other) => other !== at) })}
            >
              <Icon of={close} />
            </button>
          </span>
        ))}
        {times.length < TIMES_MAX && (
          <button
            type="button"
            class="button"
            data-action="add-time"
            onClick={() => set({ times: [...times, '12:30'] })}
          >
            <Icon of={plus} />
            {t('when.time.add')}
          </button>
        )}
      </div>
    </fieldset>
  );
}

function Sun({ draft, set }: { draft: Draft; set: Set }) {
  return (
    <>
      <div class="form-pair">
        <Field label={t('sun')}>
          {(id) => (
            <Select
              id={id}
              name="sun"
              value={draft.sun}
              options={SUNS.map((sun) => [sun, t(SUN_NAMES[sun])])}
              choose={(sun) => set({ sun })}
            />
          )}
        </Field>
        <Field label={t('sun.offset')}>
          {(id) => (
            <input
              id={id}
              name="offset"
              type="number"
              class="input"
              min={-720}
              max={720}
              value={draft.offset}
              onInput={(event) => set({ offset: event.currentTarget.valueAsNumber || 0 })}
            />
          )}
        </Field>
      </div>
      <div class="form-pair">
        {(['latitude', 'longitude'] as const).map((name) => (
          <Field key={name} label={t(name === 'latitude' ? 'sun.latitude' : 'sun.longitude')}>
            {(id) => (
              <input
                id={id}
                name={name}
                class="input"
                inputMode="decimal"
                autocomplete="off"
                placeholder={name === 'latitude' ? '52.5' : '13.4'}
                value={draft[name]}
                onInput={(event) => set({ [name]: event.currentTarget.value.replace(',', '.') })}
              />
            )}
          </Field>
        ))}
      </div>
    </>
  );
}

function When({ draft, set }: { draft: Draft; set: Set }) {
  return (
    <>
      <fieldset class="field">
        <legend>{t('when')}</legend>
        <div class="weekdays">
          {KINDS.map((kind) => (
            <label key={kind} class="chip">
              <input
                type="radio"
                name="kind"
                value={kind}
                checked={draft.kind === kind}
                onChange={() => set({ kind })}
              />
              {t(KIND_NAMES[kind])}
            </label>
          ))}
        </div>
      </fieldset>
      {draft.kind === 'every' && (
        <Amount
          name="every"
          label={t('when.every.label')}
          n={draft.every}
          unit={draft.everyUnit}
          set={(every, everyUnit) => set({ every, everyUnit })}
        />
      )}
      {draft.kind === 'times' && <Times times={draft.times} set={set} />}
      {draft.kind === 'sun' && <Sun draft={draft} set={set} />}
      {(draft.kind === 'times' || draft.kind === 'sun') && <Weekdays days={draft.days} set={set} />}
      {draft.kind === 'cron' && (
        <Field label={t('when.cron.label')}>
          {(id) => (
            <input
              id={id}
              name="cron"
              class="input"
              autocomplete="off"
              spellcheck={false}
              value={draft.cron}
              onInput={(event) => set({ cron: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

function Particulars({ draft, set }: { draft: Draft; set: Set }) {
  const zones = Intl.supportedValuesOf?.('timeZone') ?? [];
  return (
    <details>
      <summary>{t('schedule.more')}</summary>
      <div class="form">
        <Field label={t('schedule.zone')}>
          {(id) => (
            <Select
              id={id}
              name="zone"
              value={draft.zone}
              options={[
                ['', t('schedule.zone.server')],
                ...(draft.zone && !zones.includes(draft.zone) ? [draft.zone] : []).map(
                  (zone): [string, string] => [zone, zone],
                ),
                ...zones.map((zone): [string, string] => [zone, zone.replaceAll('_', ' ')]),
              ]}
              choose={(zone) => set({ zone })}
            />
          )}
        </Field>
        <Field label={t('missed.label')}>
          {(id) => (
            <Select
              id={id}
              name="missed"
              value={draft.missed}
              options={(['skip', 'once', 'all'] as const).map((m) => [m, t(MISSED[m])])}
              choose={(missed) => set({ missed })}
            />
          )}
        </Field>
        {draft.missed === 'all' && (
          <Field label={t('missed.within')}>
            {(id) => (
              <input
                id={id}
                name="within"
                type="number"
                class="input"
                min={1}
                max={168}
                value={draft.within}
                onInput={(event) => set({ within: event.currentTarget.valueAsNumber || 1 })}
              />
            )}
          </Field>
        )}
      </div>
    </details>
  );
}

// The next runs of the schedule in the form, or why there are none.
function usePreview(draft: Draft): { next: string[]; wrong: string } {
  const [preview, setPreview] = useState<{ next: string[]; wrong: string }>({
    next: [],
    wrong: '',
  });
  const missing = missingIn({ ...draft, name: draft.name || '-' });
  const body = missing ? '' : JSON.stringify(bodyOf({ ...draft, name: draft.name || '-' }));
  useEffect(() => {
    if (!body) {
      setPreview({ next: [], wrong: '' });
      return;
    }
    let gone = false;
    const timer = setTimeout(() => {
      rest.previewSchedule(JSON.parse(body)).then(
        (next) => !gone && setPreview({ next, wrong: '' }),
        (problem: unknown) => !gone && setPreview({ next: [], wrong: problemText(problem) }),
      );
    }, PREVIEW_AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [body]);
  return preview;
}

export function Editor(props: { schedule: Schedule | null; saved(): void; closed(): void }) {
  const { schedule, saved, closed } = props;
  const [draft, setDraft] = useState<Draft>(() =>
    schedule ? draftOf(schedule) : { ...NEW, camera: changeable()[0] ?? '' },
  );
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const { next, wrong } = usePreview(draft);
  const set: Set = (part) => setDraft((before) => ({ ...before, ...part }));
  const cameras = changeable();
  const missing = missingIn(draft);
  const isReady = !missing && !busy;
  const save = async (form: Element): Promise<void> => {
    if (!isReady) return;
    setBusy(true);
    try {
      const body = bodyOf(draft);
      if (schedule) await rest.putSchedule(schedule.id, body);
      else await rest.addSchedule(body);
      tell(t('schedule.saved'));
      saved();
      closeDialog(form);
    } catch (problem) {
      setError(problemText(problem));
    }
    setBusy(false);
  };
  const name = (id: string): string => {
    const known = cameraOf(id).value;
    return known ? nameOf(known) : id;
  };
  return (
    <Dialog title={schedule ? t('schedule.edit') : t('schedule.add')} closed={closed}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save(event.currentTarget);
        }}
      >
        <Field label={t('name.label')}>
          {(id) => (
            <input
              id={id}
              name="name"
              class="input"
              required
              maxLength={64}
              autocomplete="off"
              autofocus
              value={draft.name}
              onInput={(event) => set({ name: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="form-pair">
          <Field label={t('schedule.job')}>
            {(id) => (
              <Select
                id={id}
                name="job"
                value={draft.job}
                options={JOB_KINDS.map((job) => [job, t(JOBS[job])])}
                choose={(job) =>
                  set({
                    job,
                    ...(job === 'film' && { length: 1, lengthUnit: 86_400 }),
                    camera: draft.camera || mayBeAll(job) ? draft.camera : (cameras[0] ?? ''),
                  })
                }
              />
            )}
          </Field>
          <Field label={t('archive.camera')}>
            {(id) => (
              <Select
                id={id}
                name="camera"
                value={draft.camera}
                options={[
                  ...(mayBeAll(draft.job) && may('operator')
                    ? [['', t('camera.all')] as [string, string]]
                    : []),
                  ...cameras.map((camera): [string, string] => [camera, name(camera)]),
                ]}
                choose={(camera) => set({ camera })}
              />
            )}
          </Field>
        </div>
        {isTimed(draft.job) && (
          <Amount
            name="length"
            label={draft.job === 'film' ? t('schedule.back') : t('schedule.length')}
            n={draft.length}
            unit={draft.lengthUnit}
            set={(length, lengthUnit) => set({ length, lengthUnit })}
          />
        )}
        <When draft={draft} set={set} />
        <Particulars draft={draft} set={set} />
        {wrong && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
        {missing === 'place' && <p class="quiet">{t('sun.place')}</p>}
        {next.length > 0 && (
          <section class="section">
            <h3>{t('schedule.next')}</h3>
            <NextRuns next={next} />
          </section>
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
            data-action="save-schedule"
            aria-disabled={!isReady}
          >
            {t('save')}
          </button>
          <CancelButton>{t('cancel')}</CancelButton>
        </div>
      </form>
    </Dialog>
  );
}
