// Why a camera is awake, and when it was today; important with a battery.
import { useEffect, useState } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import type { AwakeDay, Hour } from '../../live/rest';
import { rest } from '../areas_server';
import { duration, t } from '../i18n';
import { nobody, reasonName } from '../terms';
import { problemText } from '../words';
import './awake.css';

const REFRESH_MS = 5000;

export function Why({ known, nowMs }: { known: KnownCamera; nowMs: number }) {
  const why = known.camera.why ?? [];
  if (why.length === 0) return <p class="quiet">{nobody(known.camera.state)}</p>;
  return (
    <>
      {known.camera.state === 'offline' && <p class="quiet">{t('why.waiting')}</p>}
      <ul class="why" data-testid="why">
        {why.map((lease) => (
          <li key={`${lease.reason} ${lease.rendition}`}>
            <span>
              {reasonName(lease.reason)}
              {lease.count > 1 && ` × ${lease.count}`}
            </span>
            <span class="quiet">
              {lease.rendition} · {duration(lease.for_s + (nowMs - known.heardMs) / 1000)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

const sumOf = (hours: Hour[], reason: string): number =>
  hours.reduce((sum, hour) => sum + (hour[reason] ?? 0), 0);

function reasonsOf(hour: Hour): [string, number][] {
  return Object.entries(hour).filter(
    ([name, seconds]) => name !== 'hour' && name !== 'total' && seconds > 0,
  );
}

function Bar({ hour, scale }: { hour: Hour; scale: number }) {
  const reasons = reasonsOf(hour);
  const told = reasons.map(([name, s]) => `${reasonName(name)} ${duration(s)}`).join(', ');
  const awake = hour.total > 0 ? `${duration(hour.total)}: ${told}` : t('awake.not');
  const text = `${hour.hour}:00, ${awake}`;
  return (
    <li title={text}>
      <span class="unseen">{text}</span>
      {reasons.map(([name, seconds]) => (
        <span
          key={name}
          class="bar"
          data-reason={name}
          aria-hidden="true"
          style={{ height: `${(100 * seconds) / scale}%` }}
        />
      ))}
    </li>
  );
}

export interface Loaded {
  day: AwakeDay;
  error: string; // '' = none
}

// What the server keeps about the camera's day, loaded again while the page is visible.
export function useAwakeDay(camera: string): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ day: { hours: [], battery: [] }, error: '' });
  useEffect(() => {
    let gone = false;
    const load = (): void => {
      if (document.visibilityState === 'hidden') return;
      rest.awake(camera).then(
        (day) => {
          if (!gone) setLoaded({ day, error: '' });
        },
        (problem: Error) => {
          if (!gone) setLoaded(({ day }) => ({ day, error: problemText(problem) }));
        },
      );
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [camera]);
  return loaded;
}

export function AwakeHours({ day: { hours }, error }: Loaded) {
  if (error) return <p class="quiet">{error}</p>;
  const most = Math.max(0, ...hours.map((hour) => hour.total));
  const scale = most > 1800 ? 3600 : most > 600 ? 1800 : most > 60 ? 600 : 60;
  const reasons = [...new Set(hours.flatMap((hour) => reasonsOf(hour).map(([name]) => name)))];
  return (
    <div class="awake" data-testid="awake">
      <p>
        <strong class="figure">{duration(sumOf(hours, 'total'))}</strong>{' '}
        <span class="quiet">{t('awake.today')}</span>
      </p>
      <ol class="hours" aria-label={t('awake.by-hour')} data-scale={duration(scale)}>
        {hours.map((hour) => (
          <Bar key={hour.hour} hour={hour} scale={scale} />
        ))}
      </ol>
      <div class="hours-axis" aria-hidden="true">
        <span>0</span>
        <span>6</span>
        <span>12</span>
        <span>18</span>
        <span>24</span>
      </div>
      {reasons.length > 0 && (
        <ul class="legend">
          {reasons.map((name) => (
            <li key={name}>
              <span class="swatch" data-reason={name} aria-hidden="true" />
              {reasonName(name)}
              <span class="quiet"> {duration(sumOf(hours, name))}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
