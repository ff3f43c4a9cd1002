// The camera's name: a field that offers Save and Cancel once it was changed.
import { useRef, useState } from 'preact/hooks';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { problemText } from '../words';

export function Name({ camera, name }: { camera: string; name: string }) {
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const isChanged = typed !== null && typed.trim() !== name;

  const leave = (): void => {
    setTyped(null);
    setError('');
    field.current?.focus();
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isChanged) return;
    try {
      await rest.rename(camera, (typed ?? '').trim());
      leave();
      tell(t('name.saved'));
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  return (
    <form class="field" onSubmit={(event) => void save(event)}>
      <label for="camera-name">{t('name.label')}</label>
      <div class="inline-form">
        <input
          ref={field}
          id="camera-name"
          class="input"
          value={typed ?? name}
          maxLength={64}
          required
          autocomplete="off"
          aria-describedby={error ? 'camera-name-wrong' : undefined}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || !isChanged) return;
            event.stopPropagation();
            leave();
          }}
        />
        {isChanged && (
          <>
            <button type="submit" class="button is-first" data-action="save-name">
              {t('save')}
            </button>
            <button type="button" class="button" data-action="cancel-name" onClick={leave}>
              {t('cancel')}
            </button>
          </>
        )}
      </div>
      {error && (
        <p id="camera-name-wrong" class="wrong" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
