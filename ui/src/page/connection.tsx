import { useEffect } from 'preact/hooks';
import { announce } from './announcer';
import { useLive, useSeconds } from './hooks';

// Quiet while all is well.
export function Connection() {
  const live = useLive();
  const { connection } = live;
  useSeconds(connection.state === 'waiting');
  const word = {
    connected: 'Connected to the server',
    connecting: live.heard ? 'Connecting to the server' : 'Connected to the server',
    waiting: 'No connection to the server',
  }[connection.state];
  useEffect(() => announce('connection', word), [word]);
  if (connection.state !== 'waiting')
    return <div class="connection" data-connection={connection.state} hidden />;
  const seconds = Math.max(0, Math.ceil((connection.retryAtMs - performance.now()) / 1000));
  return (
    <div class="connection" data-connection="waiting">
      <p>
        No connection to the server. Next try in <span class="figure">{seconds} s</span>.
      </p>
      <button type="button" class="button" data-action="retry" onClick={() => live.connect()}>
        Try now
      </button>
    </div>
  );
}
