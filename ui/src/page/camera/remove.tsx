// "Remove this camera…": asks for confirmation and explains the consequences.
import trash from 'icon:trash';
import { useState } from 'preact/hooks';
import type { Camera } from '../../live/protocol';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { isNetwork } from '../terms';
import { problemText } from '../words';

function Question(props: { camera: Camera; name: string; removed(): void }) {
  const { camera, name, removed } = props;
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const remove = async (button: Element): Promise<void> => {
    setBusy(true);
    try {
      await rest.remove(camera.id);
      tell(t('remove.done', { name }));
      closeDialog(button);
      removed();
    } catch (problem) {
      setError(problemText(problem));
      setBusy(false);
    }
  };
  return (
    <>
      <p>{t('remove.what')}</p>
      {!isNetwork(camera.source) && <p>{t('remove.again')}</p>}
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <div class="tools">
        <CancelButton autofocus>{t('remove.keep')}</CancelButton>
        <button
          type="button"
          class="button is-bad"
          data-action="remove"
          aria-disabled={busy}
          onClick={(event) => {
            if (!busy) void remove(event.currentTarget);
          }}
        >
          {t('remove.yes')}
        </button>
      </div>
    </>
  );
}

// small: only an icon, in a list of cameras.
export function Remove(props: { camera: Camera; name: string; small?: boolean; removed(): void }) {
  const { camera, name, small = false, removed } = props;
  const label = small ? t('remove.of', { name }) : undefined;
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class={small ? 'button is-plain is-icon' : 'button is-plain'}
        aria-label={label}
        title={label}
        data-action="remove-camera"
        onClick={() => setOpen(true)}
      >
        <Icon of={trash} />
        {!small && t('remove.ask')}
      </button>
      {open && (
        <Dialog title={t('remove.title', { name })} closed={() => setOpen(false)}>
          <Question camera={camera} name={name} removed={removed} />
        </Dialog>
      )}
    </>
  );
}
