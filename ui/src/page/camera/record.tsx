// Recording by hand: a button over the picture, and the elapsed time.
import recordIcon from 'icon:circle-dot';
import stopIcon from 'icon:square';
import { useEffect, useState } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import { clock, t } from '../i18n';
import { tell } from '../parts/announcer';
import { recordedFor } from '../parts/recorded';
import { rest } from '../server';
import { second } from '../store';
import { problemText } from '../words';

const LONGEST_S = 3600; // ends recordings that were forgotten

export function useRecording(known: KnownCamera) {
  const { id } = known.camera;
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const isOn = recordedFor(known) !== null;
  useEffect(() => setBusy(false), [isOn]);
  const toggle = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      if (isOn) await rest.stopRecording(id);
      else await rest.record(id, LONGEST_S);
      tell(isOn ? t('record.stopped') : t('record.started'));
    } catch (problem) {
      setError(problemText(problem));
    }
    setBusy(false);
  };
  return {
    isOn,
    busy,
    error,
    toggle: () => void toggle(),
    icon: isOn ? stopIcon : recordIcon,
    label: isOn ? t('record.stop') : t('record'),
  };
}

export function Recorded({ known }: { known: KnownCamera }) {
  if (recordedFor(known) === null) return null;
  second.value;
  return (
    <p class="recorded" data-testid="recorded">
      <span class="rec-dot" aria-hidden="true" />
      <span class="unseen">{t('record.started')} </span>
      <span class="figure">{clock(recordedFor(known) ?? 0)}</span>
    </p>
  );
}
