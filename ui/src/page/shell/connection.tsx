// No connection to the server: said here, once, over the page, so that nothing moves.
import cloudOff from 'icon:cloud-off';
import { useEffect } from 'preact/hooks';
import { live } from '../../live/shared';
import { number, t } from '../i18n';
import { announce } from '../parts/announcer';
import { Icon } from '../parts/icon';
import { connection, heard, second } from '../store';
import './connection.css';

export function Connection() {
  const { state } = connection.value;
  // Connecting again after a wait belongs to the same problem; the first attempt is not a problem.
  const isLost =
    state === 'waiting' || state === 'silent' || (state === 'connecting' && heard.value);
  const word =
    state === 'silent' ? t('server.silent') : isLost ? t('server.lost') : t('server.connected');
  useEffect(() => announce('connection', word), [word]);
  if (!isLost) return <div class="connection" data-connection={state} hidden />;
  let next = '';
  if (connection.value.state === 'waiting') {
    second.value;
    const left = Math.ceil((connection.value.retryAtMs - performance.now()) / 1000);
    next = t('server.retry-in', { seconds: number(Math.max(0, left)) });
  }
  return (
    <section class="connection" data-connection={state} aria-label={t('server.title')}>
      <Icon of={cloudOff} />
      <p>
        {word} <span class="figure">{next}</span>
      </p>
      <button
        type="button"
        class="button"
        data-action="retry"
        aria-disabled={state !== 'waiting'}
        onClick={() => state === 'waiting' && live.connect()}
      >
        {t('server.retry')}
      </button>
    </section>
  );
}
