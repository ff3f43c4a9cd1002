// Tokens of programs. A token's text is shown once, when it is made.
import keyIcon from 'icon:key-round';
import trash from 'icon:trash';
import { useRef, useState } from 'preact/hooks';
import type { Token } from '../../live/rest';
import { moment, t } from '../i18n';
import { tell } from '../parts/announcer';
import { Confirm } from '../parts/confirm';
import { Copy } from '../parts/copy';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { TextField } from '../parts/field';
import { Icon } from '../parts/icon';
import { problemText } from '../words';
import { accounts } from './api';
import { NAME } from './fields';
import { Links } from './links';
import { useList } from './list';
import { AccessPage } from './page';
import { camerasText, type Rights, RightsFields, roleName } from './rights';

const DAY_S = 86_400;
const DAYS = [30, 90, 365];

function Made({ name, secret }: { name: string; secret: string }) {
  return (
    <>
      <p class="once">{t('tokens.once')}</p>
      <div data-testid="secret">
        <Copy text={secret} what={name} />
      </div>
      <p class="hint">{t('tokens.how')}</p>
      <code class="hint">Authorization: Bearer …</code>
      <div class="tools">
        <span class="tools-space" />
        <button
          type="button"
          class="button is-first"
          data-action="close"
          onClick={(event) => closeDialog(event.currentTarget)}
        >
          {t('close')}
        </button>
      </div>
    </>
  );
}

function TokenForm({ made }: { made(): void }) {
  const [name, setName] = useState('');
  const [rights, setRights] = useState<Rights>({ role: 'viewer', cameras: null });
  const [days, setDays] = useState(0); // 0 = never expires
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const [secret, setSecret] = useState('');
  if (secret) return <Made name={name} secret={secret} />;
  const make = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    if (rights.cameras?.length === 0) {
      setWrong(t('rights.none'));
      return;
    }
    setBusy(true);
    setWrong('');
    try {
      const { role, cameras } = rights;
      const expires = days > 0 && { expires_s: days * DAY_S };
      setSecret((await accounts.addToken({ name, role, cameras, ...expires })).token);
      tell(t('tokens.once'));
      made();
    } catch (problem) {
      setWrong(problemText(problem));
    }
    setBusy(false);
  };
  return (
    <form class="form" data-testid="token" onSubmit={(event) => void make(event)}>
      <TextField
        name="name"
        label={t('name.label')}
        value={name}
        set={setName}
        wrong=""
        more={{ ...NAME, placeholder: 'home-assistant', autofocus: true }}
      >
        <p class="hint">{t('user.name.rule')}</p>
      </TextField>
      <RightsFields rights={rights} set={setRights} />
      <div class="field">
        <label for="token-days">{t('tokens.expires')}</label>
        <select
          id="token-days"
          class="input"
          value={days}
          onChange={(event) => setDays(Number(event.currentTarget.value))}
        >
          <option value={0}>{t('tokens.never')}</option>
          {DAYS.map((n) => (
            <option key={n} value={n}>
              {t('tokens.after', { n })}
            </option>
          ))}
        </select>
      </div>
      {wrong && (
        <p class="problem" role="alert">
          {wrong}
        </p>
      )}
      <div class="tools">
        <span class="tools-space" />
        <CancelButton>{t('cancel')}</CancelButton>
        <button type="submit" class="button is-first" data-action="make-token" aria-disabled={busy}>
          {t('tokens.make')}
        </button>
      </div>
    </form>
  );
}

function about({ role, cameras, used, expires }: Token): string {
  const parts = [roleName(role), camerasText(cameras)];
  parts.push(used ? t('used.last', { time: moment(new Date(used)) }) : t('used.never'));
  if (expires) parts.push(t('tokens.until', { time: moment(new Date(expires)) }));
  return parts.join(' · ');
}

export function Tokens() {
  const { list, error, load } = useList(() => accounts.tokens());
  const [making, setMaking] = useState(false);
  const [removing, setRemoving] = useState<Token | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <AccessPage title={t('tokens.title')} heading={heading} error={error}>
      <section class="section" aria-label={t('tokens.title')}>
        <div class="section-head">
          <p class="quiet">{t('tokens.what')}</p>
          <button
            type="button"
            class="button is-first"
            data-action="add-token"
            onClick={() => setMaking(true)}
          >
            <Icon of={keyIcon} />
            {t('tokens.add')}
          </button>
        </div>
        <ul class="rows">
          {list?.map((token) => (
            <li key={token.id} class="row" data-token={token.name}>
              <div class="row-what">
                <strong>{token.name}</strong>
                <span class="quiet">{about(token)}</span>
              </div>
              <div class="row-tools">
                <button
                  type="button"
                  class="button is-plain is-icon"
                  data-action="ask-remove-token"
                  aria-label={t('remove.of', { name: token.name })}
                  title={t('remove.of', { name: token.name })}
                  onClick={() => setRemoving(token)}
                >
                  <Icon of={trash} />
                </button>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <Links />
      {making && (
        <Dialog title={t('tokens.add')} closed={() => setMaking(false)}>
          <TokenForm made={() => void load()} />
        </Dialog>
      )}
      {removing && (
        <Confirm
          title={t('remove.title', { name: removing.name })}
          keep={t('remove.keep')}
          yes={t('remove.yes')}
          action="remove-token"
          act={async () => {
            await accounts.removeToken(removing.id);
            tell(t('remove.done', { name: removing.name }));
            await load();
          }}
          done={() => heading.current?.focus()}
          closed={() => setRemoving(null)}
        >
          <p>{t('tokens.remove.what')}</p>
        </Confirm>
      )}
    </AccessPage>
  );
}
