// The user's own account: password, sessions, logging out. An administrator sees all sessions.
import logOutIcon from 'icon:log-out';
import { useRef, useState } from 'preact/hooks';
import { LiveError } from '../../live/live';
import type { Session } from '../../live/rest';
import { moment, t } from '../i18n';
import { inTurn, learn, me } from '../me';
import { tell } from '../parts/announcer';
import { TextField } from '../parts/field';
import { Icon } from '../parts/icon';
import { problemText } from '../words';
import { deviceOf } from './agent';
import { accounts } from './api';
import { PASSWORD } from './fields';
import { useList } from './list';
import { AccessPage } from './page';
import { camerasText, roleName } from './rights';
import { Second } from './second';

function ChangePassword({ name, changed }: { name: string; changed(): void }) {
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [wrong, setWrong] = useState<{ at: 'old' | ''; message: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (busy) return;
    setBusy(true);
    setWrong(null);
    try {
      await inTurn(() => accounts.changePassword(old, next));
      setOld('');
      setNext('');
      tell(t('password.changed'));
      changed();
    } catch (problem) {
      const isWrong = problem instanceof LiveError && problem.code === 'bad-login';
      const message = isWrong ? t('password.wrong') : problemText(problem);
      setWrong({ at: isWrong ? 'old' : '', message });
      form.querySelector<HTMLElement>('[name=password]')?.focus();
    }
    setBusy(false);
  };
  return (
    <form class="form narrow" data-testid="password" onSubmit={(event) => void save(event)}>
      <input type="text" autocomplete="username" value={name} readOnly hidden />
      <TextField
        name="password"
        label={t('password.old')}
        value={old}
        set={setOld}
        wrong={wrong?.at === 'old' ? wrong.message : ''}
        more={{ type: 'password', autocomplete: 'current-password', maxLength: 256 }}
      />
      <TextField
        name="new-password"
        label={t('password.new')}
        value={next}
        set={setNext}
        wrong=""
        more={PASSWORD}
      >
        <p class="hint">{t('password.rule')}</p>
      </TextField>
      {wrong?.at === '' && (
        <p class="problem" role="alert">
          {wrong.message}
        </p>
      )}
      <div class="tools">
        <button type="submit" class="button" data-action="change-password" aria-disabled={busy}>
          {t('password.change')}
        </button>
      </div>
    </form>
  );
}

function Row({ session, own, end }: { session: Session; own: boolean; end(): void }) {
  const device = deviceOf(session.agent) || t('sessions.unknown');
  const used = session.current
    ? t('sessions.this')
    : t('used.last', { time: moment(new Date(session.used)) });
  return (
    <li class="row" data-session={session.id}>
      <div class="row-what">
        <strong>{device}</strong>
        <span class="quiet">{own ? used : `${session.user} · ${used}`}</span>
      </div>
      {!session.current && (
        <button
          type="button"
          class="button is-plain"
          data-action="end-session"
          aria-label={t('sessions.end.of', { device })}
          onClick={end}
        >
          {t('sessions.end')}
        </button>
      )}
    </li>
  );
}

export function Account() {
  const { list, error, load } = useList(() => accounts.sessions());
  const [problem, setProblem] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const who = me.value;
  if (!who) return null;
  const end = async (session: Session): Promise<void> => {
    try {
      await accounts.endSession(session.id);
      tell(t('sessions.ended'));
      heading.current?.focus();
      await load();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  const logOut = async (): Promise<void> => {
    try {
      await accounts.logOut();
      await learn();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  return (
    <AccessPage title={t('account.title')} heading={heading} error={problem || error}>
      <section class="section" aria-label={t('account.title')}>
        <div class="section-head">
          <div class="row-what">
            <strong>{who.name}</strong>
            <span class="quiet">
              {roleName(who.role)} · {camerasText(who.cameras)}
            </span>
          </div>
          <button type="button" class="button" data-action="logout" onClick={() => void logOut()}>
            <Icon of={logOutIcon} />
            {t('account.logout')}
          </button>
        </div>
      </section>
      <section class="section" aria-labelledby="sessions-title">
        <h2 id="sessions-title">{t('sessions.title')}</h2>
        <ul class="rows">
          {list?.map((session) => (
            <Row
              key={session.id}
              session={session}
              own={session.user === who.name}
              end={() => void end(session)}
            />
          ))}
        </ul>
      </section>
      <section class="section" aria-labelledby="password-title">
        <h2 id="password-title">{t('password.change')}</h2>
        <ChangePassword name={who.name} changed={() => void load()} />
      </section>
      <Second />
    </AccessPage>
  );
}
