// A native dialog that is open for as long as it is there.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

// Closing it by its own means, and not by taking it away, gives the focus back to where it was.
export function closeDialog(within: Element): void {
  within.closest('dialog')?.close();
}

export const isDialogOpen = (): boolean => document.querySelector('dialog[open]') !== null;

export function Dialog(props: { title: string; closed(): void; children: ComponentChildren }) {
  const { title, closed, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" onClose={closed}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

export const CancelButton = ({ children }: { children: ComponentChildren }) => (
  <button
    type="button"
    class="button"
    data-action="cancel"
    onClick={(event) => closeDialog(event.currentTarget)}
  >
    {children}
  </button>
);
