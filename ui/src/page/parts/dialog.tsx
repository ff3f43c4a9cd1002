// A native dialog that is open as long as it is rendered.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import './dialog.css';

// Closes it with close() instead of removing it, so that the browser restores the focus.
export function closeDialog(within: Element): void {
  within.closest('dialog')?.close();
}

export const isDialogOpen = (): boolean => document.querySelector('dialog[open]') !== null;

export function Dialog(props: {
  title: string;
  class?: string;
  closed(): void;
  children: ComponentChildren;
}) {
  const { title, closed, children } = props;
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the dialog itself handles Escape
    <dialog
      ref={dialog}
      class={`dialog ${props.class ?? ''}`}
      aria-labelledby={id}
      onClose={closed}
      onClick={(event) => {
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      <div class="dialog-inside">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

export const CancelButton = (props: { autofocus?: boolean; children: ComponentChildren }) => (
  <button
    type="button"
    class="button"
    data-action="cancel"
    autofocus={props.autofocus ?? false}
    onClick={(event) => closeDialog(event.currentTarget)}
  >
    {props.children}
  </button>
);
