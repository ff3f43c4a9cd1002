// The HTTP side of the server, docs/protocol.md, section 3: what is asked once and not followed.
import { LiveError } from './live';
import type { Camera } from './protocol';

export interface Hour {
  hour: number;
  total: number;
  [reason: string]: number;
}

export interface ServerFacts {
  version: string;
  uptime_s: number;
  load?: number[]; // of 1, 5 and 15 min
  disk?: { free_bytes: number; total_bytes: number };
}

// Of the archive, docs/protocol.md, section 3.
export interface Item {
  id: string;
  camera: string;
  kind: 'photo' | 'clip' | 'film';
  start: string; // RFC 3339
  bytes: number;
  width: number;
  height: number;
  starred: boolean;
  url: string;
  thumbnail: string;
}

interface Asked {
  method?: string;
  body?: object;
}

// Why not: RFC 9457 problem details, or the older {"error":{"code","message"}}.
interface Said {
  type?: string;
  title?: string;
  detail?: string;
  error?: { code?: string; message?: string };
}

// The last part of a problem's type is what the page knows it by: "…/no-such-camera".
function problemOf(said: Said | null, status: number): LiveError {
  const code = said?.error?.code ?? said?.type?.split(/[/:#]/).pop() ?? 'failed';
  const message = said?.error?.message ?? said?.detail ?? said?.title;
  return new LiveError(code || 'failed', message ?? `The server answered ${status}.`);
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

  async system(): Promise<ServerFacts> {
    return (await this.ask('system')) as ServerFacts;
  }

  // A photo that is kept in the archive.
  async photo(camera: string): Promise<Item> {
    return (await this.ask(`cameras/${camera}/photo`, { method: 'POST' })) as Item;
  }

  async archive(wanted: {
    camera: string; // '' = all
    starred: boolean;
    cursor: string | null;
  }): Promise<{ items: Item[]; next: string | null }> {
    const query = new URLSearchParams();
    if (wanted.camera) query.set('camera', wanted.camera);
    if (wanted.starred) query.set('starred', 'true');
    if (wanted.cursor) query.set('cursor', wanted.cursor);
    return (await this.ask(`archive?${query}`)) as { items: Item[]; next: string | null };
  }

  async star(item: string, starred: boolean): Promise<Item> {
    return (await this.ask(`archive/${item}`, { method: 'PATCH', body: { starred } })) as Item;
  }

  async removeItem(item: string): Promise<void> {
    await this.ask(`archive/${item}`, { method: 'DELETE' });
  }

  // The wall's layout, as the page wrote it.
  async layout(): Promise<unknown> {
    return this.ask('layout');
  }

  async keepLayout(layout: object): Promise<void> {
    await this.ask('layout', { method: 'PUT', body: layout });
  }

  // Rejects with a LiveError: the server's own code and sentence where it has them.
  private async ask(path: string, asked: Asked = {}): Promise<unknown> {
    const answer = await this.fetch(path, asked);
    const said = (await answer.json().catch(() => null)) as Said | null;
    if (answer.ok && (said || answer.status === 204)) return said;
    throw problemOf(said, answer.status);
  }

  private fetch(path: string, { method = 'GET', body }: Asked): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) headers['content-type'] = 'application/json';
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    return this.send(new URL(`api/v1/${path}`, this.server), init).catch(() => {
      throw new LiveError('no-server', 'The server does not answer.');
    });
  }
}
