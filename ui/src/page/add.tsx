// "Add a network camera": one that the server fetches its pictures from.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { live } from '../live/shared';
import { type Complaint, complaintOf, type Field, urlOf } from './add_form';
import { tell } from './announcer';
import { CancelButton, closeDialog, Dialog } from './dialog';
import { PlusIcon } from './icons';
import { rest } from './server';
import { idFor, sentence } from './words';

const USUAL = [
  ['ESP32 CameraWebServer', 'http://192.168.1.7:81/stream'],
  ['mjpg-streamer', 'http://192.168.1.7:8080/?action=stream'],
  ['µStreamer', 'http://192.168.1.7:8080/stream'],
  ['A picture that changes', 'http://192.168.1.7/picture.jpg'],
] as const;

function TextField(props: {
  field: Field;
  label: string;
  value: string;
  set(value: string): void;
  complaint: Complaint | null;
  more: JSX.IntrinsicElements['input'];
  children?: ComponentChildren;
}) {
  const { field, label, value, set, complaint, more, children } = props;
  const wrong = complaint?.field === field;
  return (
    <div class="field">
      <label for={`add-${field}`}>{label}</label>
      <input
        id={`add-${field}`}
        name={field}
        value={value}
        required
        autocomplete="off"
        spellcheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong ? `add-${field}-wrong` : undefined}
        onInput={(event) => set(event.currentTarget.value)}
        {...more}
      />
      {wrong && (
        <p id={`add-${field}-wrong`} class="wrong" role="alert">
          {sentence(complaint.message)}
        </p>
      )}
      {children}
    </div>
  );
}

function AddForm() {
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [ownId, setOwnId] = useState<string | null>(null); // null: as the name suggests
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [busy, setBusy] = useState(false);
  const [showId, setShowId] = useState(false);
  const id = ownId ?? idFor(name, (taken) => live.cameras.has(taken));

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setComplaint(null);
    try {
      await rest.add({ id, name: name.trim(), url: urlOf(url) });
      tell(`${name.trim()} was added`);
      closeDialog(form);
    } catch (problem) {
      const next = complaintOf(problem);
      setComplaint(next);
      if (next.field === 'id') setShowId(true);
    }
    setBusy(false);
  };

  return (
    <form class="add" data-testid="add" onSubmit={(event) => void submit(event)}>
      <TextField
        field="url"
        label="Address"
        value={url}
        set={setUrl}
        complaint={complaint}
        more={{ inputmode: 'url', maxLength: 512, placeholder: USUAL[0][1], autofocus: true }}
      >
        <dl class="usual">
          {USUAL.map(([what, example]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>
                <code>{example}</code>
              </dd>
            </div>
          ))}
        </dl>
      </TextField>
      <TextField
        field="name"
        label="Name"
        value={name}
        set={setName}
        complaint={complaint}
        more={{ maxLength: 64, placeholder: 'Gate' }}
      />
      <details
        open={showId || (name !== '' && id === '')}
        onToggle={(event) => setShowId(event.currentTarget.open)}
      >
        <summary>
          Its id: <code>{id || '…'}</code>
        </summary>
        <TextField
          field="id"
          label="Id, for its addresses: small letters, digits and hyphens"
          value={id}
          set={setOwnId}
          complaint={complaint}
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
          {sentence(complaint.message)}
        </p>
      )}
      <div class="tools">
        <button type="submit" class="button is-first" data-action="add" disabled={busy}>
          {busy ? 'Adding…' : 'Add'}
        </button>
        <CancelButton>Cancel</CancelButton>
      </div>
    </form>
  );
}

export function AddCamera() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button" data-action="add-camera" onClick={() => setOpen(true)}>
        <PlusIcon />
        Add a network camera
      </button>
      {open && (
        <Dialog title="Add a network camera" closed={() => setOpen(false)}>
          <AddForm />
        </Dialog>
      )}
    </>
  );
}
