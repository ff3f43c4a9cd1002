// Areas of a picture that are watched, or left out: polygons, drawn corner by corner.
import { useState } from 'preact/hooks';
import type { MotionCounts, MotionState, Point, Zone } from '../../live/rest';
import { serverUrl } from '../../live/shared';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { problemText } from '../words';

const MAX_POINTS = 32;
const MAX_ZONES = 16;
const SIDE = 1000; // of the drawing, whatever the picture's shape is

const scaled = (points: Point[]): string =>
  points.map(([x, y]) => `${x * SIDE},${y * SIDE}`).join(' ');

function pointOf(event: PointerEvent & { currentTarget: Element }): Point {
  const box = event.currentTarget.getBoundingClientRect();
  const part = (at: number, from: number, length: number): number =>
    Math.round(Math.min(1, Math.max(0, (at - from) / length)) * 1000) / 1000;
  return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
}

// Rows from the top, "#" for the fields that are shown.
function Fields({ rows, look }: { rows: string[]; look: string }) {
  const fields = rows.flatMap((row, y) =>
    [...row].map((field, x) => ({ field, x, y, of: row.length })),
  );
  return (
    <>
      {fields
        .filter(({ field }) => field === '#')
        .map(({ x, y, of }) => (
          <rect
            key={`${x},${y}`}
            class={look}
            x={(x * SIDE) / of}
            y={(y * SIDE) / rows.length}
            width={SIDE / of}
            height={SIDE / rows.length}
          />
        ))}
    </>
  );
}

function Seen({ seen }: { seen: NonNullable<MotionState['seen']> }) {
  const [x = 0, y = 0, width = 0, height = 0] = seen.box.map((part) => part * SIDE);
  return (
    <>
      <Fields rows={seen.fields} look="seen-field" />
      <rect class="seen-box" x={x} y={y} width={width} height={height} />
    </>
  );
}

// What the areas, with one that is being drawn, would have found in the last hour.
function Try({ camera, zones }: { camera: string; zones: Zone[] }) {
  const [counts, setCounts] = useState<MotionCounts | null>(null);
  const [error, setError] = useState('');
  const ask = async (): Promise<void> => {
    try {
      setCounts(await rest.tryMotion(camera, { zones }));
      setError('');
    } catch (problem) {
      setCounts(null);
      setError(problemText(problem));
    }
  };
  return (
    <>
      <button type="button" class="button" data-action="motion-try" onClick={() => void ask()}>
        {t('motion.try')}
      </button>
      {counts && (
        <p role="status" data-testid="motion-tried">
          {t('motion.tried', { moved: counts.moved, watched: counts.watched })}
        </p>
      )}
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </>
  );
}

export function Zones(props: {
  camera: string;
  zones: Zone[];
  muted: string[];
  seen: MotionState['seen'];
  set(zones: Zone[]): void;
}) {
  const { camera, zones, muted, seen, set } = props;
  const [draft, setDraft] = useState<Zone | null>(null);
  const begin = (mode: Zone['mode']): void => setDraft({ mode, points: [] });
  const done = (): void => {
    if (draft) set([...zones, draft]);
    setDraft(null);
  };
  return (
    <fieldset class="zones">
      <legend>{t('motion.areas')}</legend>
      <div class="zones-picture">
        <img src={new URL(`api/v1/cameras/${camera}/last.jpg`, serverUrl).href} alt="" />
        <svg
          viewBox={`0 0 ${SIDE} ${SIDE}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          data-drawing={draft ? '' : undefined}
          onPointerDown={(event) => {
            if (!draft || draft.points.length === MAX_POINTS) return;
            event.preventDefault();
            setDraft({ ...draft, points: [...draft.points, pointOf(event)] });
          }}
        >
          <Fields rows={muted} look="muted-field" />
          {seen && <Seen seen={seen} />}
          {zones.map((zone, i) => (
            <polygon key={i} data-mode={zone.mode} points={scaled(zone.points)} />
          ))}
          {draft && <polygon data-mode={draft.mode} points={scaled(draft.points)} />}
          {draft?.points.map(([x, y]) => (
            <circle key={`${x},${y}`} cx={x * SIDE} cy={y * SIDE} r={12} />
          ))}
        </svg>
      </div>
      {muted.some((row) => row.includes('#')) && <p class="quiet">{t('motion.muted')}</p>}
      {draft ? (
        <>
          <p role="status">{t('motion.draw')}</p>
          <div class="zones-actions">
            <button
              type="button"
              class="button is-first"
              data-action="zone-done"
              disabled={draft.points.length < 3}
              onClick={done}
            >
              {t('motion.done')}
            </button>
            <button
              type="button"
              class="button"
              data-action="zone-cancel"
              onClick={() => setDraft(null)}
            >
              {t('cancel')}
            </button>
          </div>
        </>
      ) : (
        <div class="zones-actions">
          <button
            type="button"
            class="button"
            data-action="zone-include"
            disabled={zones.length === MAX_ZONES}
            onClick={() => begin('include')}
          >
            {t('motion.include')}
          </button>
          <button
            type="button"
            class="button"
            data-action="zone-exclude"
            disabled={zones.length === MAX_ZONES}
            onClick={() => begin('exclude')}
          >
            {t('motion.exclude')}
          </button>
          {zones.length > 0 && (
            <button
              type="button"
              class="button"
              data-action="zone-remove"
              onClick={() => set(zones.slice(0, -1))}
            >
              {t('motion.remove')}
            </button>
          )}
        </div>
      )}
      <Try camera={camera} zones={draft && draft.points.length > 2 ? [...zones, draft] : zones} />
    </fieldset>
  );
}
