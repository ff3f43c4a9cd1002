// "Add a network camera", from which the server pulls.
import { useState } from 'preact/hooks';
import { live } from '../../live/shared';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { TextField } from '../parts/field';
import { idFor } from '../terms';
import { type Complaint, complaintOf, urlOf } from './add_form';
import { UrlField } from './url_field';
import './add.css';

const USUAL = [
  ['ESP32 CameraWebServer', 'http://192.168.1.7:81/stream'],
  ['mjpg-streamer', 'http://192.168.1.7:8080/?action=stream'],
  ['µStreamer', 'http://192.168.1.7:8080/stream'],
  [null, 'http://192.168.1.7/picture.jpg'],
] as const;

function AddForm() {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [ownId, setOwnId] = useState<string | null>(null); // null: derived from the name
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [busy, setBusy] = useState(false);
  const [showId, setShowId] = useState(false);
  const id = ownId ?? idFor(name, (taken) => live.cameras.has(taken));

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setComplaint(null);
    try {
      await rest.add({ id, name: name.trim(), url: urlOf(url) });
      tell(t('add.done', { name: name.trim() }));
      closeDialog(form);
    } catch (problem) {
      const next = complaintOf(problem);
      setComplaint(next);
      if (next.field === 'id') setShowId(true);
      form.querySelector<HTMLElement>(`[name=${next.field ?? 'url'}]`)?.focus();
    }
    setBusy(false);
  };

  return (
    <form class="form" data-testid="add" onSubmit={(event) => void submit(event)}>
      <UrlField
        value={url}
        set={setUrl}
        wrong={complaint?.field === 'url' ? complaint.message : ''}
      >
        <dl class="usual">
          {USUAL.map(([what, example]) => (
            <div key={example}>
              <dt>{what ?? t('add.picture')}</dt>
              <dd>
                <code>{example}</code>
              </dd>
            </div>
          ))}
        </dl>
      </UrlField>
      <TextField
        name="name"
        label={t('name.label')}
        value={name}
        set={setName}
        wrong={complaint?.field === 'name' ? complaint.message : ''}
        more={{ maxLength: 64, placeholder: t('add.name.example') }}
      />
      <details
        open={showId || (name !== '' && id === '')}
        onToggle={(event) => setShowId(event.currentTarget.open)}
      >
        <summary>
          {t('add.id')} <code>{id || '…'}</code>
        </summary>
        <TextField
          name="id"
          label={t('add.id.label')}
          value={id}
          set={setOwnId}
          wrong={complaint?.field === 'id' ? complaint.message : ''}
          more={{
            maxLength: 32,
            pattern: '[a-z0-9\\-]{1,32}',
            autocapitalize: 'off',
            onInvalid: () => setShowId(true),
          }}
        />
      </details>
      {complaint && complaint.field === null && (
        <p class="problem" role="alert">
          {complaint.message}
        </p>
      )}
      <div class="tools">
        <span class="tools-space" />
        <CancelButton>{t('cancel')}</CancelButton>
        <button type="submit" class="button is-first" data-action="add" aria-disabled={busy}>
          {busy ? t('add.adding') : t('add.yes')}
        </button>
      </div>
    </form>
  );
}

export function AddCamera({ closed }: { closed(): void }) {
  return (
    <Dialog title={t('add.ask')} closed={closed}>
      <AddForm />
    </Dialog>
  );
}
