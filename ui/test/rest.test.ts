import { describe, expect, it } from 'vitest';
import { AreaRest as Rest } from '../src/live/rest_areas';

interface Call {
  url: string;
  method: string | undefined;
  body: unknown;
  type: string | undefined;
}

// A server that gives one answer, and keeps what it was asked.
function serving(answer: () => Response): { rest: Rest; calls: Call[] } {
  const calls: Call[] = [];
  const rest = new Rest(new URL('http://house/below/'), async (url, init) => {
    const headers = init.headers as Record<string, string>;
    calls.push({
      url: url.href,
      method: init.method,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      type: headers['content-type'],
    });
    return answer();
  });
  return { rest, calls };
}

const json = (status: number, body: object) => () => Response.json(body, { status });
const cameras = 'http://house/below/api/v1/cameras';

describe('Rest', () => {
  it('tells that rights ended, and not that a password was wrong', async () => {
    const told: string[] = [];
    for (const [status, name] of [
      [401, 'not-logged-in'],
      [403, 'not-allowed'],
      [401, 'bad-login'],
      [409, 'exists'],
    ] as const) {
      const { rest } = serving(json(status, { type: `urn:eyelid:problem:${name}` }));
      rest.refused = () => void told.push(name);
      await expect(rest.ask('users')).rejects.toMatchObject({ code: name });
    }
    expect(told).toEqual(['not-logged-in', 'not-allowed']);
  });

  it('takes an answer without a body, and no page of somebody else', async () => {
    const empty = serving(() => new Response(null, { status: 201 }));
    await empty.rest.ask('users', { method: 'POST', body: {} });
    const page = serving(() => new Response('<html>', { status: 200 }));
    await expect(page.rest.ask('users')).rejects.toMatchObject({ code: 'failed' });
  });

  it('asks at the addresses of the contract, below the path of the server', async () => {
    const { rest, calls } = serving(json(200, {}));
    await rest.awake('porch');
    await rest.rename('porch', 'Porch');
    await rest.adopt('porch', 'Porch');
    await rest.remove('porch');
    const type = 'application/json';
    expect(calls).toEqual([
      { url: `${cameras}/porch/awake`, method: 'GET', body: undefined, type: undefined },
      { url: `${cameras}/porch`, method: 'PATCH', body: { name: 'Porch' }, type },
      { url: `${cameras}/porch/adopt`, method: 'POST', body: { name: 'Porch' }, type },
      { url: `${cameras}/porch`, method: 'DELETE', body: undefined, type: undefined },
    ]);
  });

  it('adds a network camera and gives what the server made of it', async () => {
    const { rest, calls } = serving(json(201, { id: 'gate', source: 'http' }));
    const gate = { id: 'gate', name: 'Gate', url: 'http://192.168.1.7:81/stream' };
    expect(await rest.add(gate)).toEqual({ id: 'gate', source: 'http' });
    expect(calls[0]).toMatchObject({
      url: cameras,
      method: 'POST',
      body: { source: 'http', ...gate },
    });
  });

  it('gives the hours, and none where a server has none', async () => {
    const hours = [{ hour: 0, total: 5, viewer: 5 }];
    const battery = [{ at: '2026-11-20T13:00:00Z', percent: 81 }];
    const day = { hours, battery };
    expect(await serving(json(200, day)).rest.awake('porch')).toEqual(day);
    const none = { hours: [], battery: [] };
    expect(await serving(json(200, {})).rest.awake('porch')).toEqual(none);
  });

  const unreachable = (): Response => {
    throw new TypeError('fetch failed');
  };
  it.each<[() => Response, string, RegExp]>([
    [
      json(403, { type: 'urn:eyelid:problem:not-allowed', detail: 'only here' }),
      'not-allowed',
      /^only/,
    ],
    [
      json(409, { type: 'urn:eyelid:problem:exists', detail: 'it is there' }),
      'exists',
      /^it is there$/,
    ],
    [() => new Response('<html>', { status: 502 }), 'failed', /502/],
    [() => new Response('no JSON', { status: 200 }), 'failed', /200/],
    [unreachable, 'no-server', /does not answer/],
  ])('a refusal is told in the words of the server (%#)', async (answer, code, message) => {
    const problem = serving(answer).rest.remove('porch');
    await expect(problem).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
