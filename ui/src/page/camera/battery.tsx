// What the camera's battery had during the last week.
import type { BatteryReport } from '../../live/rest';
import { ago, moment, number, t } from '../i18n';
import './battery.css';

const HOUR_MS = 3_600_000;
const HOURS = 7 * 24;

const percent = (value: number): string => number(value / 100, { style: 'percent' });

// A report holds until the next one; where the line ends, reports ended.
export function lineOf(reports: BatteryReport[], nowMs: number): string {
  const from = Math.floor(nowMs / HOUR_MS) - HOURS + 1;
  const steps = reports.map((report) => ({
    x: Math.floor(Date.parse(report.at) / HOUR_MS) - from,
    y: 100 - report.percent,
  }));
  return steps
    .map(({ x, y }, i) => `${i === 0 ? `M${x} ${y}` : `V${y}`}H${steps[i + 1]?.x ?? x + 1}`)
    .join('');
}

export function Battery({ reports }: { reports: BatteryReport[] }) {
  const first = reports[0];
  const last = reports.at(-1);
  if (!first || !last) return null;
  const line = lineOf(reports, Date.now());
  const label = t('battery.from-to', {
    from: percent(first.percent),
    at: moment(new Date(first.at)),
  });
  return (
    <div class="battery" data-testid="battery">
      <p>
        <strong class="figure">{percent(last.percent)}</strong>{' '}
        {reports.length > 1 && <span class="quiet">{label}</span>}
      </p>
      <svg viewBox={`0 0 ${HOURS} 100`} preserveAspectRatio="none" aria-hidden="true">
        <path class="battery-line" d={line} />
      </svg>
      <div class="hours-axis" aria-hidden="true">
        <span>{ago(7 * 86_400)}</span>
        <span>{t('battery.now')}</span>
      </div>
    </div>
  );
}
