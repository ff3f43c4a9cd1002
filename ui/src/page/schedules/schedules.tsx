// The schedules and their runs.
import clockIcon from 'icon:calendar-clock';
import pencil from 'icon:pencil';
import plus from 'icon:plus';
import history from 'icon:scroll-text';
import trash from 'icon:trash';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Run, Schedule } from '../../live/rest';
import { rest } from '../areas_server';
import { duration, moment, t } from '../i18n';
import { may, mayOn, maySome } from '../me';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { cameraOf } from '../store';
import { nameOf, problemText } from '../words';
import { bodyOf, draftOf } from './draft';
import { Editor } from './editor';
import { jobText, RESULTS, whenText } from './words';
import './schedules.css';

const REFRESH_MS = 5000;

function useSchedules() {
  const [schedules, setSchedules] = useState<Schedule[] | null>(null); // null: not loaded yet
  const [error, setError] = useState('');
  const load = async (): Promise<void> => {
    try {
      setSchedules(await rest.schedules());
      setError('');
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  useEffect(() => {
    void load();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void load();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return { schedules, error, load };
}

const cameraName = (id: string | null | undefined): string => {
  if (!id) return t('camera.all');
  const known = cameraOf(id).value;
  return known ? nameOf(known) : id;
};

function RunLine({ run }: { run: Run }) {
  const at = run.start ?? run.due;
  const parts = [
    run.result === 'done' && run.duration_s ? duration(run.duration_s) : '',
    run.count > 1 ? t('run.count', { n: run.count }) : '',
    run.detail,
  ].filter(Boolean);
  return (
    <li class="run" data-result={run.result}>
      <span class="figure">{moment(new Date(at))}</span>
      <span class="run-result">{t(RESULTS[run.result])}</span>
      <span class="quiet">{parts.join(' · ')}</span>
    </li>
  );
}

function History({ schedule, closed }: { schedule: Schedule; closed(): void }) {
  const [runs, setRuns] = useState<Run[] | null>(null);
  const [next, setNext] = useState<string[]>([]);
  const [error, setError] = useState('');
  useEffect(() => {
    Promise.all([rest.runs(schedule.id), rest.nextRuns(schedule.id)]).then(
      ([past, coming]) => {
        setRuns(past);
        setNext(coming);
      },
      (problem: unknown) => setError(problemText(problem)),
    );
  }, [schedule.id]);
  return (
    <Dialog title={schedule.name} closed={closed}>
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      {next.length > 0 && (
        <section class="section">
          <h3>{t('schedule.next')}</h3>
          <NextRuns next={next} />
        </section>
      )}
      {runs && (
        <section class="section">
          <h3>{t('schedule.history')}</h3>
          {runs.length === 0 && <p class="quiet">{t('schedule.history.none')}</p>}
          <ul class="runs" tabIndex={runs.length > 0 ? 0 : undefined}>
            {runs.map((run) => (
              <RunLine key={`${run.due}${run.start}`} run={run} />
            ))}
          </ul>
        </section>
      )}
      <div class="tools">
        <CancelButton autofocus>{t('close')}</CancelButton>
      </div>
    </Dialog>
  );
}

// In the browser's zone.
export function NextRuns({ next }: { next: string[] }) {
  return (
    <ol class="next-runs" data-testid="next">
      {next.map((at) => (
        <li key={at} class="figure">
          {moment(new Date(at))}
        </li>
      ))}
    </ol>
  );
}

function RemoveSchedule(props: { schedule: Schedule; yes(): void; closed(): void }) {
  return (
    <Dialog title={t('schedule.remove.title', { name: props.schedule.name })} closed={props.closed}>
      <p>{t('schedule.remove.what')}</p>
      <div class="tools">
        <CancelButton autofocus>{t('remove.keep')}</CancelButton>
        <button
          type="button"
          class="button is-bad"
          data-action="remove-schedule"
          onClick={(event) => {
            closeDialog(event.currentTarget);
            props.yes();
          }}
        >
          {t('remove.yes')}
        </button>
      </div>
    </Dialog>
  );
}

function Row(props: {
  schedule: Schedule;
  changed(): void;
  edit(): void;
  show(): void;
  remove(): void;
}) {
  const { schedule, changed, edit, show, remove } = props;
  const [error, setError] = useState('');
  const { id, name, enabled, next, last, running } = schedule;
  const mayChange = schedule.camera ? mayOn('operator', schedule.camera) : may('operator');
  const toggle = async (): Promise<void> => {
    try {
      const body = bodyOf({ ...draftOf(schedule), enabled: !enabled });
      await rest.putSchedule(id, body);
      setError('');
      changed();
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  return (
    <li class="row" data-schedule={id}>
      <div class="row-what">
        <strong>{name}</strong>
        <span>
          {jobText(schedule)} · {cameraName(schedule.camera)}
        </span>
        <span class="quiet">{whenText(schedule.when)}</span>
        {running && (
          <span class="run-now">{`${t(RESULTS[running.result])} ${running.detail}`}</span>
        )}
        {next && (
          <span class="figure" data-testid="next-run">
            {t('schedule.next.at', { time: moment(new Date(next)) })}
          </span>
        )}
        {last && (
          <span class="quiet" data-last={last.result}>
            {t('schedule.last', {
              time: moment(new Date(last.start ?? last.due)),
              result: t(RESULTS[last.result]),
            })}
          </span>
        )}
        {error && (
          <span class="wrong" role="alert">
            {error}
          </span>
        )}
      </div>
      <div class="tools">
        {mayChange && (
          <button
            type="button"
            role="switch"
            class="switch"
            data-action="enable"
            aria-checked={enabled}
            aria-label={t('schedule.enabled', { name })}
            onClick={() => void toggle()}
          />
        )}
        {(
          [
            ['history', history, 'schedule.history.of', show],
            ['edit', pencil, 'schedule.edit.of', edit],
            ['ask-remove-schedule', trash, 'schedule.remove.of', remove],
          ] as const
        )
          .filter(([action]) => mayChange || action === 'history')
          .map(([action, icon, key, act]) => (
            <button
              key={action}
              type="button"
              class="button is-icon"
              data-action={action}
              aria-label={t(key, { name })}
              title={t(key, { name })}
              onClick={act}
            >
              <Icon of={icon} />
            </button>
          ))}
      </div>
    </li>
  );
}

type Open =
  | { what: 'edit'; schedule: Schedule | null }
  | { what: 'history' | 'remove'; schedule: Schedule };

export function Schedules() {
  const { schedules, error, load } = useSchedules();
  const [open, setOpen] = useState<Open | null>(null);
  const [problem, setProblem] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const closed = (): void => setOpen(null);
  useEffect(() => {
    document.title = `${t('area.schedules')} · eyelid`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  const remove = async (id: string): Promise<void> => {
    try {
      await rest.removeSchedule(id);
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
          {t('area.schedules')}
        </h1>
        {maySome('operator') && (
          <button
            type="button"
            class="button is-first"
            data-action="add-schedule"
            onClick={() => setOpen({ what: 'edit', schedule: null })}
          >
            <Icon of={plus} />
            {t('schedule.add')}
          </button>
        )}
      </div>
      {(problem || error) && (
        <p class="problem" role="alert">
          {problem || error}
        </p>
      )}
      {schedules?.length === 0 && (
        <p class="quiet schedules-none">
          <Icon of={clockIcon} /> {t('schedule.none')}
        </p>
      )}
      <ul class="rows">
        {schedules?.map((schedule) => (
          <Row
            key={schedule.id}
            schedule={schedule}
            changed={() => void load()}
            edit={() => setOpen({ what: 'edit', schedule })}
            show={() => setOpen({ what: 'history', schedule })}
            remove={() => setOpen({ what: 'remove', schedule })}
          />
        ))}
      </ul>
      {open?.what === 'edit' && (
        <Editor schedule={open.schedule} saved={() => void load()} closed={closed} />
      )}
      {open?.what === 'history' && <History schedule={open.schedule} closed={closed} />}
      {open?.what === 'remove' && (
        <RemoveSchedule
          schedule={open.schedule}
          yes={() => void remove(open.schedule.id)}
          closed={closed}
        />
      )}
    </div>
  );
}
