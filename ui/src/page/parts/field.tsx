// A labelled text field with its error.
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

export function TextField(props: {
  name: string;
  label: string;
  value?: string; // left out: it is read from the field
  set?(value: string): void;
  wrong: string; // the error; '' = none
  more: JSX.IntrinsicElements['input'];
  children?: ComponentChildren;
}) {
  const { name, label, value, set, wrong, more, children } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        class="input"
        {...(value !== undefined && { value })}
        required
        autocomplete="off"
        spellcheck={false}
        aria-invalid={wrong !== ''}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onInput={(event) => set?.(event.currentTarget.value)}
        {...more}
      />
      {wrong && (
        <p id={`${id}-wrong`} class="wrong" role="alert">
          {wrong}
        </p>
      )}
      {children}
    </div>
  );
}
