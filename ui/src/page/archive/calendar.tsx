// The number of items per day; choosing a day jumps to it.
import left from 'icon:chevron-left';
import right from 'icon:chevron-right';
import { useState } from 'preact/hooks';
import { day as dayName, locale, number, t } from '../i18n';
import { CancelButton, closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import type { DayCount } from './layout';
import { firstWeekday, monthBeside, weeksOf } from './month';
import { monthName, weekdayName } from './words';
import './calendar.css';

export function Calendar(props: {
  days: DayCount[]; // newest first
  from: string;
  to: string;
  choose(date: string): void;
  limit(from: string, to: string): void;
  closed(): void;
}) {
  const { days, from, to, choose, limit, closed } = props;
  const today = new Date().toISOString().slice(0, 10);
  const [month, setMonth] = useState((days[0]?.date ?? today).slice(0, 7));
  const counts = new Map(days.map(({ date, count }) => [date, count]));
  const most = Math.max(1, ...days.map(({ count }) => count));
  const weeks = weeksOf(month, firstWeekday(locale()));
  const earliest = days[days.length - 1]?.date.slice(0, 7) ?? month;
  const latest = days[0]?.date.slice(0, 7) ?? month;
  const week = weeks[1] ?? [];
  const turn = (label: string, icon: string, by: number, isEnd: boolean) => (
    <button
      type="button"
      class="button is-icon"
      aria-label={label}
      aria-disabled={isEnd}
      onClick={() => !isEnd && setMonth(monthBeside(month, by))}
    >
      <Icon of={icon} />
    </button>
  );
  return (
    <Dialog title={t('calendar')} class="calendar" closed={closed}>
      <div class="calendar-head">
        {turn(t('calendar.previous'), left, -1, month <= earliest)}
        <h3 aria-live="polite">{monthName(new Date(`${month}-15T12:00:00`))}</h3>
        {turn(t('calendar.next'), right, 1, month >= latest)}
      </div>
      <table class="calendar-month">
        <thead>
          <tr>
            {week.map((date) => (
              <th key={date} scope="col">
                {date && weekdayName(new Date(`${date}T12:00:00`))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((dates) => (
            <tr key={dates.join()}>
              {dates.map((date, at) => {
                const count = (date && counts.get(date)) || 0;
                return (
                  <td key={date ?? at}>
                    {date && (
                      <button
                        type="button"
                        class="calendar-day"
                        data-day={date}
                        disabled={count === 0}
                        style={{ '--share': String(Math.sqrt(count / most)) }}
                        onClick={(event) => {
                          closeDialog(event.currentTarget);
                          choose(date);
                        }}
                      >
                        <span aria-hidden="true">{Number(date.slice(8))}</span>
                        <span class="unseen">{dayName(new Date(`${date}T12:00:00`))}</span>
                        {count > 0 && (
                          <small class="figure" title={t('archive.count', { n: count })}>
                            {number(count)}
                          </small>
                        )}
                      </button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="calendar-limits">
        <label>
          {t('calendar.from')}
          <input
            type="date"
            class="input"
            name="from"
            value={from}
            onChange={(event) => limit(event.currentTarget.value, to)}
          />
        </label>
        <label>
          {t('calendar.to')}
          <input
            type="date"
            class="input"
            name="to"
            value={to}
            onChange={(event) => limit(from, event.currentTarget.value)}
          />
        </label>
      </div>
      <div class="tools">
        <CancelButton autofocus>{t('close')}</CancelButton>
      </div>
    </Dialog>
  );
}
