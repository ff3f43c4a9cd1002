// Another address for a network camera. The one that it has is shown without user and password,
// and so is no address to start from where it has them.
import { useState } from 'preact/hooks';
import type { Camera } from '../../live/protocol';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { TextField } from '../parts/field';
import { rest } from '../server';
import { TestPart, useTest } from './add';
import { type Complaint, complaintOf, urlOf } from './add_form';

function Form({ camera, name }: { camera: Camera; name: string }) {
  const [url, setUrl] = useState(camera.address ?? '');
  const [refusal, setRefusal] = useState<Complaint | null>(null);
  const [busy, setBusy] = useState(false);
  const test = useTest(url);
  const complaint = refusal ?? test.complaint;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setRefusal(null);
    try {
      await rest.readdress(camera.id, urlOf(url));
      tell(t('address.done', { name }));
      closeDialog(form);
    } catch (problem) {
      setRefusal(complaintOf(problem));
      form.querySelector('input')?.focus();
    }
    setBusy(false);
  };
  return (
    <form class="form" data-testid="address" onSubmit={(event) => void submit(event)}>
      <TextField
        name="url"
        label={t('address.label')}
        value={url}
        set={setUrl}
        wrong={complaint?.message ?? ''}
        more={{ inputmode: 'url', maxLength: 512, autofocus: true }}
      >
        <p class="quiet">{t('address.password')}</p>
      </TextField>
      <div class="tools">
        <TestPart test={test} url={url} />
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

export function EditAddress(props: { camera: Camera; name: string; closed(): void }) {
  const { camera, name, closed } = props;
  return (
    <Dialog title={t('address.title', { name })} closed={closed}>
      <Form camera={camera} name={name} />
    </Dialog>
  );
}
