// The users.

import pencil from 'icon:pencil';
import keyOff from 'icon:shield-off';
import trash from 'icon:trash';
import userPlus from 'icon:user-plus';
import { useRef, useState } from 'preact/hooks';
import { LiveError } from '../../live/live';
import type { User } from '../../live/rest';
import { t } from '../i18n';
import { me } from '../me';
import { tell } from '../parts/announcer';
import { Confirm } from '../parts/confirm';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { TextField } from '../parts/field';
import { Icon } from '../parts/icon';
import { problemText } from '../words';
import { accounts } from './api';
import { NAME, PASSWORD } from './fields';
import { useList } from './list';
import { AccessPage } from './page';
import { camerasText, type Rights, RightsFields, roleName } from './rights';

// user: null = a new one.
function UserForm({ user, saved }: { user: User | null; saved(): void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [rights, setRights] = useState<Rights>(user ?? { role: 'viewer', cameras: null });
  const [wrong, setWrong] = useState<{ at: string; message: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (busy) return;
    if (rights.cameras?.length === 0) {
      setWrong({ at: '', message: t('rights.none') });
      return;
    }
    setBusy(true);
    setWrong(null);
    const { role, cameras } = rights;
    try {
      if (user)
        await accounts.changeUser(user.name, { role, cameras, ...(password && { password }) });
      else await accounts.addUser({ name, password, role, cameras });
      tell(t('users.saved', { name: user?.name ?? name }));
      closeDialog(form);
      saved();
    } catch (problem) {
      const exists = problem instanceof LiveError && problem.code === 'exists';
      const message = exists ? t('users.exists') : problemText(problem);
      setWrong({ at: exists ? 'name' : '', message });
      if (exists) form.querySelector<HTMLElement>('[name=username]')?.focus();
    }
    setBusy(false);
  };
  return (
    <form class="form" data-testid="user" onSubmit={(event) => void save(event)}>
      {user ? (
        // Password managers keep the new password under this name.
        <input type="text" autocomplete="username" value={user.name} readOnly hidden />
      ) : (
        <TextField
          name="username"
          label={t('name.label')}
          value={name}
          set={setName}
          wrong={wrong?.at === 'name' ? wrong.message : ''}
          more={{ ...NAME, autofocus: true }}
        >
          <p class="hint">{t('user.name.rule')}</p>
        </TextField>
      )}
      <TextField
        name="password"
        label={user ? t('password.new') : t('password.label')}
        value={password}
        set={setPassword}
        wrong=""
        more={{ ...PASSWORD, required: !user }}
      >
        <p class="hint">{user ? t('password.keep') : t('password.rule')}</p>
      </TextField>
      <RightsFields rights={rights} set={setRights} />
      {user && <p class="hint">{t('users.ends')}</p>}
      {wrong?.at === '' && (
        <p class="problem" role="alert">
          {wrong.message}
        </p>
      )}
      <div class="tools">
        <span class="tools-space" />
        <CancelButton>{t('cancel')}</CancelButton>
        <button type="submit" class="button is-first" data-action="save" aria-disabled={busy}>
          {t('save')}
        </button>
      </div>
    </form>
  );
}

function Row(props: { user: User; edit(): void; reset(): void; remove(): void }) {
  const { user, edit, reset, remove } = props;
  const isMe = me.value?.principal === 'user' && me.value.name === user.name;
  return (
    <li class="row" data-user={user.name}>
      <div class="row-what">
        <strong>{user.name}</strong>
        <span class="quiet">
          {roleName(user.role)} · {camerasText(user.cameras)}
          {user.totp && ` · ${t('totp.has')}`}
        </span>
      </div>
      {isMe ? (
        <a class="button is-plain" href="#/system/account">
          {t('account.title')}
        </a>
      ) : (
        <div class="row-tools">
          <button
            type="button"
            class="button is-plain is-icon"
            data-action="edit-user"
            aria-label={t('users.edit', { name: user.name })}
            title={t('users.edit', { name: user.name })}
            onClick={edit}
          >
            <Icon of={pencil} />
          </button>
          {user.totp && (
            <button
              type="button"
              class="button is-plain is-icon"
              data-action="ask-reset-second"
              aria-label={t('totp.reset', { name: user.name })}
              title={t('totp.reset', { name: user.name })}
              onClick={reset}
            >
              <Icon of={keyOff} />
            </button>
          )}
          <button
            type="button"
            class="button is-plain is-icon"
            data-action="ask-remove-user"
            aria-label={t('remove.of', { name: user.name })}
            title={t('remove.of', { name: user.name })}
            onClick={remove}
          >
            <Icon of={trash} />
          </button>
        </div>
      )}
    </li>
  );
}

export function Users() {
  const { list, error, load } = useList(() => accounts.users());
  const [form, setForm] = useState<User | 'new' | null>(null);
  const [removing, setRemoving] = useState<User | null>(null);
  const [resetting, setResetting] = useState<User | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <AccessPage title={t('users.title')} heading={heading} error={error}>
      <section class="section" aria-label={t('users.title')}>
        <div class="section-head">
          <p class="quiet">{t('users.what')}</p>
          <button
            type="button"
            class="button is-first"
            data-action="add-user"
            onClick={() => setForm('new')}
          >
            <Icon of={userPlus} />
            {t('users.add')}
          </button>
        </div>
        <ul class="rows">
          {list?.map((user) => (
            <Row
              key={user.name}
              user={user}
              edit={() => setForm(user)}
              reset={() => setResetting(user)}
              remove={() => setRemoving(user)}
            />
          ))}
        </ul>
      </section>
      {form && (
        <Dialog
          title={form === 'new' ? t('users.add') : t('users.edit', { name: form.name })}
          closed={() => setForm(null)}
        >
          <UserForm user={form === 'new' ? null : form} saved={() => void load()} />
        </Dialog>
      )}
      {resetting && (
        <Confirm
          title={t('totp.reset', { name: resetting.name })}
          keep={t('remove.keep')}
          yes={t('remove.yes')}
          action="reset-second"
          act={async () => {
            await accounts.resetSecondFactor(resetting.name);
            tell(t('totp.is.off'));
            await load();
          }}
          done={() => heading.current?.focus()}
          closed={() => setResetting(null)}
        >
          <p>{t('totp.reset.what')}</p>
        </Confirm>
      )}
      {removing && (
        <Confirm
          title={t('remove.title', { name: removing.name })}
          keep={t('remove.keep')}
          yes={t('remove.yes')}
          action="remove-user"
          act={async () => {
            await accounts.removeUser(removing.name);
            tell(t('remove.done', { name: removing.name }));
            await load();
          }}
          done={() => heading.current?.focus()}
          closed={() => setRemoving(null)}
        >
          <p>{t('users.remove.what')}</p>
        </Confirm>
      )}
    </AccessPage>
  );
}
