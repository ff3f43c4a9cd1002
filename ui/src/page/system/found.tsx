// Cameras that were found and wait to be adopted. They are never woken from here.
import { useState } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { may, mayOn } from '../me';
import { tell } from '../parts/announcer';
import { route } from '../shell/route';
import { cameraOf } from '../store';
import { sourceName } from '../terms';
import { focusWanted, foundIds } from '../wall/arrangement';
import { nameOf, problemText } from '../words';
import './found.css';

// gone: the form's camera is no new one any more; the focus has to go somewhere.
function Found({ known, gone }: { known: KnownCamera; gone(adopted: boolean): void }) {
  const { camera } = known;
  const [name, setName] = useState(nameOf(known));
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const isAway = camera.state === 'offline';
  const attempt = async (what: () => Promise<void>, done: string, adopted: boolean) => {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await what();
      tell(done);
      gone(adopted);
    } catch (problem) {
      setError(problemText(problem));
    }
    setBusy(false);
  };
  const plain = name.trim();
  const adopt = (event: Event): void => {
    event.preventDefault();
    void attempt(() => rest.adopt(camera.id, plain), t('found.adopted', { name: plain }), true);
  };
  const field = `new-${camera.id}`;
  return (
    <li class="row found" data-new={camera.id}>
      <div class="row-what">
        <strong>
          {sourceName(camera.source)}
          {camera.model && ` ${camera.model}`}
        </strong>
        {isAway && <span class="quiet"> · {t('found.away')}</span>}
        <code class="quiet">{camera.address ?? camera.id}</code>
      </div>
      <form class="inline-form" onSubmit={adopt}>
        <label class="unseen" for={field}>
          {t('name.label')}
        </label>
        <input
          id={field}
          class="input"
          value={name}
          maxLength={64}
          required
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button is-first" data-action="adopt" aria-disabled={busy}>
          {t('found.adopt')}
        </button>
        {isAway && (
          <button
            type="button"
            class="button"
            data-action="forget"
            aria-disabled={busy}
            onClick={() =>
              void attempt(() => rest.remove(camera.id), t('found.forgotten', { name }), false)
            }
          >
            {t('found.forget')}
          </button>
        )}
      </form>
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </li>
  );
}

// Focuses the next form, or the page's heading; on the wall, the camera's new tile. The answer may
// arrive before the update of the camera, so it waits for the form to disappear.
function focusOn(camera: string, adopted: boolean): void {
  if (adopted && route.value.area === 'live') {
    focusWanted.value = camera;
    return;
  }
  const form = document.querySelector(`[data-new="${CSS.escape(camera)}"]`);
  const look = (): void => {
    if (form?.isConnected) {
      requestAnimationFrame(look);
    } else if (document.activeElement === document.body) {
      const next =
        document.querySelector<HTMLElement>('[data-new] input') ?? document.querySelector('h1');
      next?.focus();
    }
  };
  look();
}

export function FoundCameras() {
  const ids = foundIds.value;
  if (ids.length === 0 || !may('admin')) return null;
  return (
    <section class="section" aria-labelledby="found-title">
      <h2 id="found-title">{t('found.title', { n: ids.length })}</h2>
      <p class="quiet">{t('found.what')}</p>
      <ul class="rows">
        {ids.map((id) => {
          const known = cameraOf(id).value;
          return known && <Found key={id} known={known} gone={(adopted) => focusOn(id, adopted)} />;
        })}
      </ul>
    </section>
  );
}

// The form at the address of a camera that is not adopted.
export function FoundOne({ known }: { known: KnownCamera }) {
  return (
    <div class="paper">
      <h1 tabIndex={-1}>{nameOf(known)}</h1>
      {mayOn('admin', known.camera.id) ? (
        <ul class="rows">
          <Found
            known={known}
            gone={(adopted) => {
              if (!adopted) location.hash = '#/';
            }}
          />
        </ul>
      ) : (
        <p>{t('problem.not-adopted')}</p>
      )}
    </div>
  );
}
