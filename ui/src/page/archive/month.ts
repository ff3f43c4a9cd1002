// The days of a month as a calendar shows them. Pure.

// 0 is Sunday, as in Date. Monday if the browser does not know the language's first day.
export function firstWeekday(tag: string): number {
  const locale = new Intl.Locale(tag) as Intl.Locale & {
    getWeekInfo?(): { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return ((locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1) % 7;
}

// Weeks of dates ("2026-11-30"), null outside the month. month: "2026-11".
export function weeksOf(month: string, first: number): (string | null)[][] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const before = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() - first + 7) % 7;
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const cells = Math.ceil((before + length) / 7) * 7;
  const dates = Array.from({ length: cells }, (_, at) => {
    const day = at - before + 1;
    return day >= 1 && day <= length ? `${month}-${String(day).padStart(2, '0')}` : null;
  });
  return Array.from({ length: cells / 7 }, (_, week) => dates.slice(7 * week, 7 * week + 7));
}

export function monthBeside(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}
