// What the archive takes of the disk, camera by camera, what limits it, and what goes next.
import { useEffect, useState } from 'preact/hooks';
import type { Storage as Facts } from '../../live/rest';
import { nameFor, titleOf } from '../archive/words';
import { rest } from '../areas_server';
import { bytes, duration, moment, t } from '../i18n';
import { may } from '../me';
import { forecastOf, quotaDays, sumOf } from './forecast';
import { QuotaButton } from './quota';
import './storage.css';

const REFRESH_MS = 15_000;
const LONG_DAYS = 3650;
const NEARLY = 0.98; // of a quota: an item more may be too much

// Asked for again each time that version changes.
function useStorage(version: number): Facts | null {
  const [facts, setFacts] = useState<Facts | null>(null);
  useEffect(() => {
    let gone = false;
    const load = (): void => {
      if (document.visibilityState === 'hidden') return;
      rest.storage().then(
        (next) => {
          if (!gone) setFacts(next);
        },
        () => {}, // no connection is said elsewhere; an archive that is closed has none
      );
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [version]);
  return facts;
}

function Bar({ share, label }: { share: number; label: string }) {
  return (
    <span class="share-bar" role="img" aria-label={label}>
      <span style={{ width: `${Math.min(100, Math.max(0, 100 * share)).toFixed(2)}%` }} />
    </span>
  );
}

function limitsOf({ limits }: Facts): string[] {
  const told: string[] = [];
  if (limits.age_s !== null)
    told.push(t('storage.limit.age', { duration: duration(limits.age_s) }));
  if (limits.bytes !== null) told.push(t('storage.limit.bytes', { bytes: bytes(limits.bytes) }));
  if (limits.min_free_bytes !== null)
    told.push(t('storage.limit.free', { bytes: bytes(limits.min_free_bytes) }));
  return told;
}

const amountOf = ({ bytes: taken, quota_bytes: quota }: Facts['cameras'][number]): string =>
  quota === null
    ? bytes(taken)
    : t('storage.of-limit', { bytes: bytes(taken), limit: bytes(quota) });

// When it is reached; once it is nearly full, what goes next.
function quotaText(camera: Facts['cameras'][number], facts: Facts): string {
  const days = quotaDays(camera, facts);
  if (camera.oldest && (camera.quota_bytes ?? 0) * NEARLY <= camera.bytes)
    return t('quota.next', { time: moment(new Date(camera.oldest)) });
  if (days === null || days > LONG_DAYS) return t('quota.far');
  return t('quota.reached', { time: duration(days * 86_400) });
}

function forecastText(facts: Facts): string {
  const { perDay, days, end } = forecastOf(facts);
  if (days === null) return t('storage.forecast.none');
  const rate = bytes(perDay);
  if (days > LONG_DAYS) return t('storage.forecast.long', { rate });
  const time = duration(days * 86_400);
  return end === 'limit'
    ? t('storage.forecast.limit', { rate, time })
    : t('storage.forecast.disk', { rate, time });
}

export function Storage({ came }: { came(): void }) {
  const [version, setVersion] = useState(0);
  const facts = useStorage(version);
  useEffect(() => {
    if (facts) came();
  }, [facts === null]);
  if (!facts) return null;
  const sum = sumOf(facts);
  const most = Math.max(1, ...facts.cameras.map((camera) => camera.bytes));
  const used = facts.total_bytes - facts.free_bytes;
  const limits = limitsOf(facts);
  const { next } = facts;
  const disk = t('server.disk.free', {
    free: bytes(facts.free_bytes),
    total: bytes(facts.total_bytes),
  });
  return (
    <section class="section" aria-labelledby="storage-title" data-testid="storage">
      <h2 id="storage-title">{t('storage')}</h2>
      <dl class="facts">
        <div>
          <dt>{t('area.archive')}</dt>
          <dd data-testid="archive-bytes">{bytes(sum)}</dd>
        </div>
        <div>
          <dt>{t('server.disk')}</dt>
          <dd>{disk}</dd>
        </div>
      </dl>
      <Bar share={used / Math.max(1, facts.total_bytes)} label={disk} />
      {facts.limits.bytes !== null && (
        <Bar
          share={sum / facts.limits.bytes}
          label={t('storage.of-limit', { bytes: bytes(sum), limit: bytes(facts.limits.bytes) })}
        />
      )}
      <ul class="storage-cameras">
        {[...facts.cameras]
          .sort((a, b) => b.bytes - a.bytes)
          .map((camera) => (
            <li key={camera.camera} data-storage={camera.camera}>
              <span>{nameFor(camera.camera)}</span>
              <span class="figure quiet">
                {amountOf(camera)} · {t('archive.count', { n: camera.items })}
              </span>
              {may('admin') && (
                <QuotaButton
                  camera={camera.camera}
                  quota={camera.quota_bytes}
                  saved={() => setVersion(version + 1)}
                />
              )}
              <Bar share={camera.bytes / (camera.quota_bytes ?? most)} label={amountOf(camera)} />
              {camera.quota_bytes !== null && (
                <span class="quiet storage-more">{quotaText(camera, facts)}</span>
              )}
            </li>
          ))}
      </ul>
      <p>{limits.length > 0 ? limits.join(' ') : t('storage.limit.none')}</p>
      {next && (
        <p data-testid="goes-next">
          {next.due
            ? t('storage.next.at', { item: titleOf(next.item), time: moment(new Date(next.due)) })
            : t('storage.next', { item: titleOf(next.item) })}
        </p>
      )}
      <p class="quiet" data-testid="forecast">
        {forecastText(facts)}
      </p>
    </section>
  );
}
