// This server, and what eyelid is.
import { useEffect, useState } from 'preact/hooks';
import type { ServerFacts } from '../../live/rest';
import { live, serverUrl } from '../../live/shared';
import { rest } from '../areas_server';
import { bytes, choose, duration, LANGUAGES, language, number, t } from '../i18n';
import { may } from '../me';

const REFRESH_MS = 5000;

// null: not loaded yet, or an older server without them.
export function useFacts(): ServerFacts | null {
  const [facts, setFacts] = useState<ServerFacts | null>(null);
  useEffect(() => {
    let gone = false;
    const load = (): void => {
      if (document.visibilityState === 'hidden' || !may('viewer')) return;
      rest.system().then(
        (next) => {
          if (!gone) setFacts(next);
        },
        () => {}, // a lost connection is shown elsewhere
      );
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, []);
  return facts;
}

export function Server({ facts }: { facts: ServerFacts }) {
  const { uptime_s: uptime, load, disk } = facts;
  const rows: [string, string | null][] = [
    [t('server.version'), facts.version],
    [t('server.uptime'), duration(uptime)],
    [
      t('server.load'),
      load ? load.map((l) => number(l, { maximumFractionDigits: 2 })).join(' · ') : null,
    ],
    [
      t('server.disk'),
      disk
        ? t('server.disk.free', { free: bytes(disk.free_bytes), total: bytes(disk.total_bytes) })
        : null,
    ],
    [t('server.addresses'), facts.addresses?.join('\n') || serverUrl.host],
  ];
  return (
    <section class="section" aria-labelledby="server-title">
      <h2 id="server-title">{t('server.title')}</h2>
      <dl class="facts">
        {rows.map(([term, value]) =>
          value === null ? null : (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}

export function About() {
  return (
    <section class="section" aria-labelledby="about-title">
      <h2 id="about-title">{t('about.title')}</h2>
      <p>{t('about.what')}</p>
      <p class="quiet">
        eyelid {live.version} · <a href={new URL('api/v1/openapi.json', serverUrl).href}>OpenAPI</a>
      </p>
      <div class="field about-language">
        <label for="language">{t('language')}</label>
        <select
          id="language"
          class="input"
          value={language.value}
          onChange={(event) => void choose(event.currentTarget.value)}
        >
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </section>
  );
}
