// How much of the archive a camera may take.
import pencil from 'icon:pencil';
import { useState } from 'preact/hooks';
import { nameFor } from '../archive/words';
import { rest } from '../areas_server';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { TextField } from '../parts/field';
import { Icon } from '../parts/icon';
import { complaintOf } from './add_form';
import { GB, quotaOf } from './forecast';

interface Props {
  camera: string;
  quota: number | null;
  saved(): void;
}

function QuotaForm({ camera, quota, saved }: Props) {
  const [text, setText] = useState(quota === null ? '' : String(quota / GB));
  const [wrong, setWrong] = useState('');
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const bytes = quotaOf(text);
    if (Number.isNaN(bytes)) {
      setWrong(t('quota.wrong'));
      form.querySelector('input')?.focus();
      return;
    }
    try {
      await rest.limitCamera(camera, bytes);
      tell(t('quota.saved', { name: nameFor(camera) }));
      closeDialog(form);
      saved();
    } catch (problem) {
      setWrong(complaintOf(problem).message);
    }
  };
  return (
    <form class="form" data-testid="quota" noValidate onSubmit={(event) => void save(event)}>
      <TextField
        name="quota"
        label={t('quota.label')}
        value={text}
        set={setText}
        wrong={wrong}
        more={{ inputmode: 'decimal', maxLength: 12, autofocus: true, required: false }}
      >
        <p class="quiet">{t('quota.what')}</p>
      </TextField>
      <div class="tools">
        <span class="tools-space" />
        <CancelButton>{t('cancel')}</CancelButton>
        <button type="submit" class="button is-first" data-action="save-quota">
          {t('save')}
        </button>
      </div>
    </form>
  );
}

export function QuotaButton(props: Props) {
  const [open, setOpen] = useState(false);
  const label = t('quota.edit', { name: nameFor(props.camera) });
  return (
    <>
      <button
        type="button"
        class="button is-plain is-icon"
        data-action="edit-quota"
        aria-label={label}
        title={label}
        onClick={() => setOpen(true)}
      >
        <Icon of={pencil} />
      </button>
      {open && (
        <Dialog title={label} closed={() => setOpen(false)}>
          <QuotaForm {...props} />
        </Dialog>
      )}
    </>
  );
}
