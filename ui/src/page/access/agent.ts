// "Firefox on Linux", from a User-Agent; '' if both are unknown.
const BROWSERS: readonly [string, RegExp][] = [
  ['Edge', /\bEdgA?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
];

const SYSTEMS: readonly [string, RegExp][] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
];

const first = (list: readonly [string, RegExp][], agent: string): string =>
  list.find(([, pattern]) => pattern.test(agent))?.[0] ?? '';

// Programs begin with their name: "curl/7.88.1".
export function deviceOf(agent: string): string {
  const browser = first(BROWSERS, agent);
  const system = first(SYSTEMS, agent);
  if (browser || system) return [browser, system].filter(Boolean).join(' · ');
  return /^[\w.-]{1,40}/.exec(agent)?.[0] ?? '';
}
