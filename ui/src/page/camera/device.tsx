// Facts about a camera, why it is awake, and when it was.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import { number, t } from '../i18n';
import type { Watched } from '../parts/hooks';
import { second } from '../store';
import { sourceName } from '../terms';
import { pixels, sentence } from '../words';
import { AwakeHours, useAwakeDay, Why } from './awake';
import { Battery } from './battery';

const WAYS: Record<string, string> = {
  webcodecs: 'WebCodecs',
  worker: 'WebCodecs, worker',
  mse: 'Media Source',
  jpeg: 'JPEG',
};

const ENCODERS: Record<string, string> = { openh264: 'OpenH264', x264: 'x264' };

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function factsOf({ camera }: KnownCamera, { stats }: Watched): [string, string | null][] {
  const latency = stats?.latencyMs;
  const rate = camera.fps ? `, ${t('facts.fps', { n: Math.round(camera.fps) })}` : '';
  const size =
    camera.width && camera.height ? `${pixels(camera.width, camera.height)}${rate}` : null;
  const encoder = camera.encoder === 'v4l2m2m' ? t('facts.hardware') : camera.encoder;
  return [
    [
      t('facts.latency'),
      latency == null ? null : t('facts.ms', { n: Math.max(0, Math.round(latency)) }),
    ],
    [
      t('facts.screen'),
      stats && stats.fps > 0 ? t('facts.fps', { n: Math.round(stats.fps) }) : null,
    ],
    [t('facts.camera'), size],
    [t('facts.delivery'), stats?.delivery ? (WAYS[stats.delivery] ?? stats.delivery) : null],
    [t('facts.encoder'), encoder ? (ENCODERS[encoder] ?? encoder) : null],
    [t('facts.lost'), stats && stats.lost > 0 ? number(stats.lost) : null],
    [
      t('facts.battery'),
      camera.battery == null ? null : number(camera.battery / 100, { style: 'percent' }),
    ],
    [t('facts.model'), camera.model || null],
    [
      t('facts.source'),
      sourceName(camera.source) + (camera.controlled === false ? t('facts.always-on') : ''),
    ],
    [t('facts.address'), camera.address || null],
  ];
}

export function Device({ known, watched }: { known: KnownCamera; watched: Watched }) {
  second.value; // durations grow
  const loaded = useAwakeDay(known.camera.id);
  return (
    <>
      <Section title={t('facts.title')}>
        <dl class="facts">
          {factsOf(known, watched).map(([term, value]) =>
            value === null ? null : (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            ),
          )}
        </dl>
        {known.camera.encoder_note && <p class="quiet">{sentence(known.camera.encoder_note)}</p>}
      </Section>
      <Section title={t('why.title')}>
        <Why known={known} nowMs={performance.now()} />
      </Section>
      <Section title={t('awake.title')}>
        <AwakeHours {...loaded} />
      </Section>
      {loaded.day.battery.length > 0 && (
        <Section title={t('battery.title')}>
          <Battery reports={loaded.day.battery} />
        </Section>
      )}
    </>
  );
}
