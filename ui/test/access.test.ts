import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Me } from '../src/live/rest';
import { deviceOf } from '../src/page/access/agent';

describe('the device of a session', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox · Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      'Safari · iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36',
      'Chrome · Android',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0',
      'Edge · Windows',
    ],
    ['curl/7.88.1', 'curl'],
    ['', ''],
  ])('%s', (agent, device) => expect(deviceOf(agent)).toBe(device));
});

describe('what one may do', () => {
  let page: typeof import('../src/page/me');
  let routes: typeof import('../src/page/shell/route');
  beforeAll(async () => {
    vi.stubGlobal('location', { hash: '', href: 'http://house/' });
    vi.stubGlobal('addEventListener', () => {});
    vi.stubGlobal('document', { addEventListener: () => {}, visibilityState: 'visible' });
    vi.stubGlobal('WebSocket', class {});
    vi.stubGlobal('fetch', () => new Promise(() => {}));
    page = await import('../src/page/me');
    routes = await import('../src/page/shell/route');
  });
  const as = (change: Partial<Me>): void => {
    const anyone = { principal: 'anyone', name: '', role: 'none', cameras: null } as const;
    page.me.value = { ...anyone, needs_setup: false, access: 'accounts', ...change };
  };

  it('is nothing before the server has said', () => {
    expect([page.may('viewer'), page.mayOn('viewer', 'porch'), page.entry.value]).toEqual([
      false,
      false,
      null,
    ]);
  });

  it.each([
    ['viewer', null, [false, false, false]],
    ['operator', null, [true, true, false]],
    ['admin', null, [true, true, true]],
    ['operator', ['porch'], [false, true, false]],
    ['operator', ['yard'], [false, false, false]],
    ['admin', ['porch'], [false, true, false]],
  ] as const)('%s on %j', (role, cameras, [server, porch, all]) => {
    as({ principal: 'user', role, cameras: cameras && [...cameras] });
    expect(page.may('operator')).toBe(server);
    expect(page.mayOn('operator', 'porch')).toBe(porch);
    expect(page.may('admin')).toBe(all);
  });

  it.each([
    [{ role: 'none' }, '#/camera/porch', 'login'],
    [{ role: 'none', needs_setup: true }, '#/', 'setup'],
    [{ role: 'viewer', needs_setup: true }, '#/', null],
    [{ role: 'viewer', needs_setup: true }, '#/setup/00ff', 'setup'],
    [{ role: 'viewer' }, '#/login', 'login'],
    [{ role: 'viewer', principal: 'user' }, '#/login', null],
    [{ role: 'viewer' }, '#/setup', null],
  ] as const)('%j at %s: %s', (who, hash, expected) => {
    as(who);
    routes.route.value = routes.routeOf(hash);
    expect(page.entry.value).toBe(expected);
  });

  it('addresses', () => {
    expect(routes.routeOf('#/system')).toEqual({ area: 'system', page: '' });
    expect(routes.routeOf('#/system/tokens')).toEqual({ area: 'system', page: 'tokens' });
    expect(routes.routeOf('#/system/other')).toEqual({ area: 'unknown' });
    expect(routes.routeOf('#/setup/00ff')).toEqual({ area: 'setup', token: '00ff' });
    expect(routes.routeOf('#setup=00ff')).toEqual({ area: 'setup', token: '00ff' });
    expect(routes.routeOf('#/setup/<b>')).toEqual({ area: 'unknown' });
  });
});
