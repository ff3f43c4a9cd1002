// Recordings in progress: they appear in the archive when they end.
import stopIcon from 'icon:square';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import { rest } from '../areas_server';
import { clock, t } from '../i18n';
import { mayOn } from '../me';
import { Icon } from '../parts/icon';
import { recordedFor } from '../parts/recorded';
import { cameras, second } from '../store';
import { nameOf, problemText } from '../words';

function Recording({ known }: { known: KnownCamera }) {
  const [error, setError] = useState('');
  second.value;
  const { id } = known.camera;
  return (
    <li class="row" data-recording={id}>
      <span class="row-what">
        <a href={`#/camera/${id}`}>
          <span class="rec-dot" aria-hidden="true" />
          {t('record.now', { name: nameOf(known) })}
        </a>
        {error && (
          <span class="wrong" role="alert">
            {error}
          </span>
        )}
      </span>
      <span class="tools">
        <span class="figure">{clock(recordedFor(known) ?? 0)}</span>
        {mayOn('operator', id) && (
          <button
            type="button"
            class="button"
            data-action="record-stop"
            onClick={() =>
              rest.stopRecording(id).catch((problem: unknown) => setError(problemText(problem)))
            }
          >
            <Icon of={stopIcon} />
            {t('record.stop')}
          </button>
        )}
      </span>
    </li>
  );
}

export function Recordings({ ended }: { ended(): void }) {
  const recorded = [...cameras.value.values()].filter((known) => recordedFor(known) !== null);
  const count = useRef(recorded.length);
  useEffect(() => {
    if (recorded.length < count.current) ended();
    count.current = recorded.length;
  }, [recorded.length]);
  if (recorded.length === 0) return null;
  return (
    <ul class="rows" aria-label={t('record.title')}>
      {recorded.map((known) => (
        <Recording key={known.camera.id} known={known} />
      ))}
    </ul>
  );
}
