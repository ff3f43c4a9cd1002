// Login, and setup of the first administrator.
import { useEffect, useRef, useState } from 'preact/hooks';
import { LiveError } from '../../live/live';
import { serverUrl } from '../../live/shared';
import { type Key, t } from '../i18n';
import { learn } from '../me';
import { tell } from '../parts/announcer';
import { TextField } from '../parts/field';
import { Eye } from '../parts/icon';
import { cameFrom, route } from '../shell/route';
import { problemText } from '../words';
import { accounts } from './api';
import { NAME, PASSWORD } from './fields';
import './entry.css';

type Field = 'token' | 'username' | 'password' | 'code';

function useEntering(enter: () => Promise<void>, blame: (code: string) => [Field, Key] | null) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<{ field: Field | null; message: string } | null>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setWrong(null);
    try {
      await enter();
    } catch (problem) {
      const blamed = problem instanceof LiveError ? blame(problem.code) : null;
      setWrong({
        field: blamed?.[0] ?? null,
        message: blamed ? t(blamed[1]) : problemText(problem),
      });
      const field = form.querySelector<HTMLInputElement>(`[name=${blamed?.[0] ?? 'password'}]`);
      field?.focus();
      field?.select();
    }
    setBusy(false);
  };
  const wrongAt = (field: Field): string => (wrong?.field === field ? wrong.message : '');
  return { busy, submit, wrongAt, wrong: wrong?.field === null ? wrong.message : '' };
}

// Values are read from the fields, because password managers fill them in.
const typed = (form: HTMLFormElement | null, name: Field): string =>
  form?.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? '';

function Login() {
  const form = useRef<HTMLFormElement>(null);
  const [asksCode, setAsksCode] = useState(false);
  const code = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asksCode) code.current?.querySelector('input')?.focus();
  }, [asksCode]);
  const { busy, submit, wrongAt, wrong } = useEntering(
    async () => {
      const name = typed(form.current, 'username').trim();
      const password = typed(form.current, 'password');
      try {
        await accounts.logIn(name, password, typed(form.current, 'code').trim());
      } catch (problem) {
        const isNeeded = problem instanceof LiveError && problem.code === 'code-needed';
        if (!isNeeded || asksCode) throw problem;
        setAsksCode(true);
        return;
      }
      await learn();
      if (route.value.area === 'login') location.replace(cameFrom());
    },
    (code) =>
      code === 'bad-login'
        ? ['password', 'login.wrong']
        : code === 'code-needed'
          ? ['code', 'totp.wrong']
          : code === 'busy'
            ? ['password', 'login.busy']
            : null,
  );
  return (
    <form ref={form} class="form" data-testid="login" onSubmit={(event) => void submit(event)}>
      <h1 tabIndex={-1}>{t('login.title')}</h1>
      <p class="quiet">{serverUrl.host}</p>
      <TextField
        name="username"
        label={t('name.label')}
        wrong=""
        more={{ ...NAME, autocomplete: 'username', autofocus: true }}
      />
      <TextField
        name="password"
        label={t('password.label')}
        wrong={wrongAt('password')}
        more={{ type: 'password', autocomplete: 'current-password', maxLength: 256 }}
      />
      {asksCode && (
        <div ref={code}>
          <TextField
            name="code"
            label={t('totp.code')}
            wrong={wrongAt('code')}
            more={{ autocomplete: 'one-time-code', autocapitalize: 'off', maxLength: 24 }}
          >
            <p class="hint">{t('totp.code.or')}</p>
          </TextField>
        </div>
      )}
      {wrong && (
        <p class="problem" role="alert">
          {wrong}
        </p>
      )}
      <button type="submit" class="button is-first" data-action="login" aria-disabled={busy}>
        {busy ? t('login.busy.now') : t('login.title')}
      </button>
    </form>
  );
}

// A link has the token after #setup=; it is removed from the address and the history at once.
let linked = '';
function takeToken(): string {
  const at = route.value;
  if (at.area === 'setup' && at.token) {
    linked = at.token;
    history.replaceState(null, '', '#/setup');
  }
  return linked;
}

function Setup() {
  const form = useRef<HTMLFormElement>(null);
  const [fromLink] = useState(takeToken);
  const [refused, setRefused] = useState(false); // the link is outdated
  const { busy, submit, wrongAt, wrong } = useEntering(
    async () => {
      const token = refused || !fromLink ? typed(form.current, 'token').trim() : fromLink;
      const name = typed(form.current, 'username').trim();
      await accounts.setUp(token, name, typed(form.current, 'password'));
      tell(t('setup.done', { name }));
      await learn();
      location.replace('#/');
    },
    (code) => {
      if (code === 'bad-login') setRefused(true);
      if (code === 'bad-login') return ['token', 'setup.token.wrong'];
      return code === 'busy' ? ['password', 'login.busy'] : null;
    },
  );
  const asks = refused || !fromLink;
  return (
    <form ref={form} class="form" data-testid="setup" onSubmit={(event) => void submit(event)}>
      <h1 tabIndex={-1}>{t('setup.title')}</h1>
      <p class="quiet">{t('setup.what')}</p>
      {asks && (
        <TextField
          name="token"
          label={t('setup.token')}
          wrong={wrongAt('token')}
          more={{ maxLength: 80, autocapitalize: 'off', autofocus: true, class: 'input is-code' }}
        >
          <p class="hint">{t('setup.token.where')}</p>
        </TextField>
      )}
      <TextField
        name="username"
        label={t('name.label')}
        wrong={wrongAt('username')}
        more={{ ...NAME, autocomplete: 'username', autofocus: !asks }}
      >
        <p class="hint">{t('user.name.rule')}</p>
      </TextField>
      <TextField
        name="password"
        label={t('password.label')}
        wrong={wrongAt('password')}
        more={PASSWORD}
      >
        <p class="hint">{t('password.rule')}</p>
      </TextField>
      {wrong && (
        <p class="problem" role="alert">
          {wrong}
        </p>
      )}
      <button type="submit" class="button is-first" data-action="setup" aria-disabled={busy}>
        {t('setup.go')}
      </button>
    </form>
  );
}

export function Entry({ kind }: { kind: 'login' | 'setup' }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${t(kind === 'login' ? 'login.title' : 'setup.title')} · eyelid`;
    box.current?.querySelector<HTMLElement>('[autofocus]')?.focus();
  }, [kind]);
  return (
    <div class="entry" ref={box} data-entry={kind}>
      <Eye open={false} />
      {kind === 'login' ? <Login /> : <Setup />}
    </div>
  );
}
