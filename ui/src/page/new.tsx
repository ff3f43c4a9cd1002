// Cameras that were found and that nobody has adopted yet. They are never woken from here.
import { useState } from 'preact/hooks';
import type { KnownCamera } from '../live/live';
import { tell } from './announcer';
import { rest } from './server';
import { nameOf, sentence, sourceName } from './words';

// Is told the camera that is being adopted, and null when that failed.
type Asking = ((camera: string | null) => void) | undefined;

function NewCamera({ known, asking }: { known: KnownCamera; asking: Asking }) {
  const { camera } = known;
  const [name, setName] = useState(nameOf(known));
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const away = camera.state === 'offline';
  const attempt = async (what: Promise<void>, done: string): Promise<void> => {
    setBusy(true);
    setError('');
    try {
      await what;
      tell(done);
    } catch (problem) {
      asking?.(null);
      setError(problem instanceof Error ? problem.message : String(problem));
    }
    setBusy(false);
  };
  const adopt = (event: Event): void => {
    event.preventDefault();
    asking?.(camera.id);
    void attempt(rest.adopt(camera.id, name.trim()), `${name.trim()} is adopted`);
  };
  const field = `new-${camera.id}`;
  return (
    <li class="new" data-new={camera.id}>
      <p class="new-what">
        <strong>{sourceName(camera.source)}</strong>
        {camera.model && ` ${camera.model}`}
        {away && <span class="quiet">, not there now</span>}
        <code class="quiet">{camera.address ?? camera.id}</code>
      </p>
      <form class="new-form" onSubmit={adopt}>
        <label for={field}>Name</label>
        <input
          id={field}
          value={name}
          maxLength={64}
          required
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button is-first" data-action="adopt" disabled={busy}>
          Adopt
        </button>
        {away && (
          <button
            type="button"
            class="button is-plain"
            data-action="forget"
            disabled={busy}
            onClick={() => void attempt(rest.remove(camera.id), `${name} is forgotten`)}
          >
            Forget
          </button>
        )}
      </form>
      {error && (
        <p class="problem" role="alert">
          {sentence(error)}
        </p>
      )}
    </li>
  );
}

export function NewCameras(props: { cameras: KnownCamera[]; asking?: Asking }) {
  const { cameras, asking } = props;
  return (
    <section class="news" aria-labelledby="news-title">
      <h2 id="news-title">{cameras.length === 1 ? 'New camera' : 'New cameras'}</h2>
      <p class="quiet">
        Nobody can look through a camera before it is adopted. One that you do not want: disconnect
        it, and then forget it here.
      </p>
      <ul>
        {cameras.map((known) => (
          <NewCamera key={known.camera.id} known={known} asking={asking} />
        ))}
      </ul>
    </section>
  );
}
