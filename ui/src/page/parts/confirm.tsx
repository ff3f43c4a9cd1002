// Asks for confirmation before something is deleted. The harmless button has the focus.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { problemText } from '../words';
import { CancelButton, closeDialog, Dialog } from './dialog';

function Question(props: {
  keep: string;
  yes: string;
  action: string;
  act(): Promise<void>;
  done(): void;
  children: ComponentChildren;
}) {
  const { keep, yes, action, act, done, children } = props;
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const go = async (button: Element): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      await act();
      closeDialog(button);
      done();
    } catch (problem) {
      setError(problemText(problem));
      setBusy(false);
    }
  };
  return (
    <>
      {children}
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <div class="tools">
        <CancelButton autofocus>{keep}</CancelButton>
        <button
          type="button"
          class="button is-bad"
          data-action={action}
          aria-disabled={busy}
          onClick={(event) => void go(event.currentTarget)}
        >
          {yes}
        </button>
      </div>
    </>
  );
}

// done: called when the dialog has closed, to move the focus to an element that still exists.
export function Confirm(props: {
  title: string;
  keep: string;
  yes: string;
  action: string;
  act(): Promise<void>;
  done(): void;
  closed(): void;
  children: ComponentChildren;
}) {
  const { title, closed, ...rest } = props;
  return (
    <Dialog title={title} closed={closed}>
      <Question {...rest} />
    </Dialog>
  );
}
