// The second factor: codes of an authenticator app at login.
import { useEffect, useState } from 'preact/hooks';
import { LiveError } from '../../live/live';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { Copy } from '../parts/copy';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { TextField } from '../parts/field';
import { problemText } from '../words';
import { accounts, type Offer, type SecondFactor } from './api';
import { Qr } from './qr';
import './second.css';

// ABCD-EFGH-…, as it can be read and typed.
export const grouped = (code: string): string => code.match(/.{1,4}/g)?.join('-') ?? code;

const FIELD = { 'bad-login': 'password', 'code-needed': 'code' } as Record<string, string>;

// offer: null = to turn it off.
function Change({ offer, changed }: { offer: Offer | null; changed(): void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState({ at: '', message: '' });
  const [busy, setBusy] = useState(false);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (busy) return;
    setBusy(true);
    setWrong({ at: '', message: '' });
    try {
      await accounts.setSecondFactor(password, offer && code);
      tell(offer ? t('totp.is.on') : t('totp.is.off'));
      closeDialog(form);
      changed();
    } catch (problem) {
      const at = (problem instanceof LiveError && FIELD[problem.code]) || '';
      const message =
        at === 'password'
          ? t('password.wrong')
          : at === 'code'
            ? t('totp.wrong')
            : problemText(problem);
      setWrong({ at, message });
      form.querySelector<HTMLElement>(`[name=${at || 'password'}]`)?.focus();
    }
    setBusy(false);
  };
  return (
    <form class="form" data-testid="second" onSubmit={(event) => void save(event)}>
      {offer && (
        <>
          <p>{t('totp.scan')}</p>
          <Qr text={offer.uri} label={t('totp.scan')} />
          <Copy text={offer.secret} what={t('totp.secret')} />
          <p class="once">{t('totp.recovery.once')}</p>
          <ul class="codes" data-testid="recovery">
            {offer.recovery_codes.map((each) => (
              <li key={each}>{grouped(each)}</li>
            ))}
          </ul>
          <TextField
            name="code"
            label={t('totp.code')}
            value={code}
            set={setCode}
            wrong={wrong.at === 'code' ? wrong.message : ''}
            more={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 8 }}
          />
        </>
      )}
      <TextField
        name="password"
        label={t('password.old')}
        value={password}
        set={setPassword}
        wrong={wrong.at === 'password' ? wrong.message : ''}
        more={{ type: 'password', autocomplete: 'current-password', maxLength: 256 }}
      />
      {wrong.message && !wrong.at && (
        <p class="problem" role="alert">
          {wrong.message}
        </p>
      )}
      <div class="tools">
        <span class="tools-space" />
        <CancelButton>{t('cancel')}</CancelButton>
        <button
          type="submit"
          class={offer ? 'button is-first' : 'button is-bad'}
          data-action="set-second"
          aria-disabled={busy}
        >
          {offer ? t('totp.on') : t('totp.off')}
        </button>
      </div>
    </form>
  );
}

export function Second() {
  const [state, setState] = useState<SecondFactor | null>(null);
  const [dialog, setDialog] = useState<{ offer: Offer | null } | null>(null);
  const [problem, setProblem] = useState('');
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      setProblem('');
      await work();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  const load = (): Promise<void> => attempt(async () => setState(await accounts.secondFactor()));
  const begin = (): Promise<void> =>
    attempt(async () => setDialog({ offer: await accounts.offerSecondFactor() }));
  useEffect(() => void load(), []);
  return (
    <section class="section" aria-labelledby="second-title">
      <h2 id="second-title">{t('totp.title')}</h2>
      <div class="section-head">
        <p class="quiet" data-testid="second-state">
          {state?.enabled ? t('totp.left', { n: state.recovery_codes }) : t('totp.what')}
        </p>
        {state && (
          <button
            type="button"
            class="button"
            data-action={state.enabled ? 'ask-no-second' : 'ask-second'}
            onClick={() => (state.enabled ? setDialog({ offer: null }) : void begin())}
          >
            {state.enabled ? t('totp.off') : t('totp.setup')}
          </button>
        )}
      </div>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {dialog && (
        <Dialog title={t('totp.title')} closed={() => setDialog(null)}>
          <Change offer={dialog.offer} changed={() => void load()} />
        </Dialog>
      )}
    </section>
  );
}
