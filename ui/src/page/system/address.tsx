// "Edit address" of a network camera.
import pencil from 'icon:pencil';
import { useState } from 'preact/hooks';
import type { Camera } from '../../live/protocol';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { complaintOf, urlOf } from './add_form';
import { UrlField } from './url_field';

// The server hides what may be secret: http://***@house/stream?...
const plain = (address: string): string => address.replace('//***@', '//').replace(/\?\.\.\.$/, '');

function AddressForm({ camera, name }: { camera: Camera; name: string }) {
  const [url, setUrl] = useState(plain(camera.address ?? ''));
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setWrong('');
    try {
      await rest.readdress(camera.id, urlOf(url));
      tell(t('address.saved', { name }));
      closeDialog(form);
    } catch (problem) {
      setWrong(complaintOf(problem).message);
      form.querySelector<HTMLElement>('[name=url]')?.focus();
    }
    setBusy(false);
  };
  return (
    <form class="form" data-testid="address" onSubmit={(event) => void save(event)}>
      <UrlField value={url} set={setUrl} wrong={wrong}>
        <p class="quiet">{t('address.secret')}</p>
      </UrlField>
      <div class="tools">
        <span class="tools-space" />
        <CancelButton>{t('cancel')}</CancelButton>
        <button
          type="submit"
          class="button is-first"
          data-action="save-address"
          aria-disabled={busy}
        >
          {t('save')}
        </button>
      </div>
    </form>
  );
}

export function EditAddress({ camera, name }: { camera: Camera; name: string }) {
  const [open, setOpen] = useState(false);
  const label = t('address.edit', { name });
  return (
    <>
      <button
        type="button"
        class="button is-plain is-icon"
        data-action="edit-address"
        aria-label={label}
        title={label}
        onClick={() => setOpen(true)}
      >
        <Icon of={pencil} />
      </button>
      {open && (
        <Dialog title={label} closed={() => setOpen(false)}>
          <AddressForm camera={camera} name={name} />
        </Dialog>
      )}
    </>
  );
}
