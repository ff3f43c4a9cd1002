// "Remove this camera…": asks once more, and says what comes of it.
import { useState } from 'preact/hooks';
import type { Camera } from '../live/protocol';
import { tell } from './announcer';
import { CancelButton, closeDialog, Dialog } from './dialog';
import { rest } from './server';
import { sentence } from './words';

function Question({ camera, name }: { camera: Camera; name: string }) {
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const remove = async (button: Element): Promise<void> => {
    setBusy(true);
    try {
      await rest.remove(camera.id);
      tell(`${name} was removed`);
      closeDialog(button);
      location.hash = '#/';
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
      setBusy(false);
    }
  };
  return (
    <>
      <p>Its name, its settings and the hours that it was awake are forgotten.</p>
      {camera.source !== 'http' && (
        <p>One that is still connected comes back as a new camera: disconnect it first.</p>
      )}
      {error && (
        <p class="problem" role="alert">
          {sentence(error)}
        </p>
      )}
      <div class="tools">
        <button
          type="button"
          class="button is-bad"
          data-action="remove"
          disabled={busy}
          onClick={(event) => void remove(event.currentTarget)}
        >
          Remove
        </button>
        <CancelButton>Keep it</CancelButton>
      </div>
    </>
  );
}

export function Remove({ camera, name }: { camera: Camera; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button is-plain"
        data-action="remove-camera"
        onClick={() => setOpen(true)}
      >
        Remove this camera…
      </button>
      {open && (
        <Dialog title={`Remove “${name}”?`} closed={() => setOpen(false)}>
          <Question camera={camera} name={name} />
        </Dialog>
      )}
    </>
  );
}
