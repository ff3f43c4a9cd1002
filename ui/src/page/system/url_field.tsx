// The address of a network camera, with a button that shows what comes from there.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { TextField } from '../parts/field';
import { complaintOf, urlOf } from './add_form';

const EXAMPLE = 'http://192.168.1.7:81/stream';

export function UrlField(props: {
  value: string;
  set(value: string): void;
  wrong: string; // '' = nothing
  children?: ComponentChildren;
}) {
  const { value, set, wrong, children } = props;
  const [picture, setPicture] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => () => URL.revokeObjectURL(picture), [picture]);
  const change = (next: string): void => {
    setPicture('');
    setError('');
    set(next);
  };
  const test = async (): Promise<void> => {
    if (busy || value.trim() === '') return;
    setBusy(true);
    setPicture('');
    setError('');
    try {
      setPicture(URL.createObjectURL(await rest.probe(urlOf(value))));
      tell(t('add.test.works'));
    } catch (problem) {
      setError(complaintOf(problem).message);
    }
    setBusy(false);
  };
  return (
    <>
      <TextField
        name="url"
        label={t('address.label')}
        value={value}
        set={change}
        wrong={wrong || error}
        more={{ inputmode: 'url', maxLength: 512, placeholder: EXAMPLE, autofocus: true }}
      >
        {children}
      </TextField>
      <div class="probe">
        <button
          type="button"
          class="button"
          data-action="test"
          aria-disabled={busy || value.trim() === ''}
          onClick={() => void test()}
        >
          {busy ? t('add.testing') : t('add.test')}
        </button>
        {picture && <img src={picture} alt={t('add.test.picture')} data-testid="probe" />}
      </div>
    </>
  );
}
