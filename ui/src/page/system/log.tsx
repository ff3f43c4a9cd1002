// The last warnings of the server's log.
import { useEffect, useState } from 'preact/hooks';
import type { LogLine } from '../../live/rest';
import { rest } from '../areas_server';
import { moment, t } from '../i18n';
import { may } from '../me';

const REFRESH_MS = 10_000;

// Only an administrator reads this: the link that makes the first one has been used.
const isStale = ({ text }: LogLine): boolean => text.includes('#setup=');

export function Log({ came }: { came(): void }) {
  const [lines, setLines] = useState<LogLine[] | null>(null);
  useEffect(() => {
    const load = (): void => {
      if (document.visibilityState !== 'hidden') rest.log().then(setLines, () => {});
    };
    if (!may('admin')) return;
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (lines) came();
  }, [lines === null]);
  if (!lines) return null;
  const shown = lines.filter((line) => !isStale(line));
  return (
    <section class="section" aria-labelledby="log-title">
      <h2 id="log-title">{t('log.title')}</h2>
      {shown.length === 0 ? (
        <p class="quiet">{t('log.none')}</p>
      ) : (
        <ol class="rows log">
          {shown.map(({ time, level, text }) => (
            <li key={`${time} ${text}`} class="row" data-level={level}>
              <time class="quiet" dateTime={time}>
                {moment(new Date(time))}
              </time>
              <code>{text}</code>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
