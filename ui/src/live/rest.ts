// The HTTP side of the server, docs/protocol.md, section 3: what is asked once and not followed.
import { LiveError } from './live';
import type { Camera } from './protocol';

export interface Hour {
  hour: number;
  total: number;
  [reason: string]: number;
}

interface Asked {
  method?: string;
  body?: object;
}

export class Rest {
  constructor(
    private readonly server: URL,
    private readonly send: (url: URL, init: RequestInit) => Promise<Response>,
  ) {}

  async awake(camera: string): Promise<Hour[]> {
    const { hours } = (await this.ask(`cameras/${camera}/awake`)) as { hours?: Hour[] };
    return hours ?? [];
  }

  async rename(camera: string, name: string): Promise<void> {
    await this.ask(`cameras/${camera}`, { method: 'PATCH', body: { name } });
  }

  async adopt(camera: string, name: string): Promise<void> {
    await this.ask(`cameras/${camera}/adopt`, { method: 'POST', body: { name } });
  }

  async remove(camera: string): Promise<void> {
    await this.ask(`cameras/${camera}`, { method: 'DELETE' });
  }

  // A camera that the server fetches its pictures from.
  async add(camera: { id: string; name: string; url: string }): Promise<Camera> {
    const body = { source: 'http', ...camera };
    return (await this.ask('cameras', { method: 'POST', body })) as Camera;
  }

  // Rejects with a LiveError: the server's own code and sentence where it has them.
  private async ask(path: string, { method = 'GET', body }: Asked = {}): Promise<unknown> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) headers['content-type'] = 'application/json';
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await this.send(new URL(`api/v1/${path}`, this.server), init).catch(() => {
      throw new LiveError('offline', 'The server does not answer.');
    });
    const said = (await answer.json().catch(() => null)) as {
      error?: { code?: string; message?: string };
    } | null;
    if (answer.ok && said) return said;
    const { code = 'failed', message = `The server answered ${answer.status}.` } =
      said?.error ?? {};
    throw new LiveError(code, message);
  }
}
