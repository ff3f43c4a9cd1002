import { useEffect, useRef, useState } from 'preact/hooks';
import { PencilIcon } from './icons';
import { rest } from './server';

// The heading of the single view, and a form in its place while the name is changed.
export function Name({ camera, name }: { camera: string; name: string }) {
  const [editing, setEditing] = useState(false);
  const [error, setError] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (editing) field.current?.select();
    else heading.current?.focus({ preventScroll: true });
  }, [editing]);

  if (!editing)
    return (
      <div class="name">
        <h1 ref={heading} tabIndex={-1}>
          {name}
        </h1>
        <button
          type="button"
          class="button is-plain is-icon"
          aria-label="Rename"
          data-action="rename"
          onClick={() => setEditing(true)}
        >
          <PencilIcon />
        </button>
      </div>
    );

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await rest.rename(camera, field.current?.value.trim() ?? '');
      setError('');
      setEditing(false);
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  };
  const cancel = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    setEditing(false);
  };
  return (
    <form class="name" onSubmit={(event) => void save(event)} onKeyDown={cancel}>
      <input
        ref={field}
        aria-label="Name of the camera"
        defaultValue={name}
        maxLength={64}
        required
      />
      <button type="submit" class="button is-first">
        Save
      </button>
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
