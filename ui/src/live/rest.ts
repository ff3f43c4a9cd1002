// The HTTP API, docs/protocol.md, section 3: single requests, without updates.
import { LiveError } from './live';
import type { Camera } from './protocol';

export interface Hour {
  hour: number;
  total: number;
  [reason: string]: number;
}

export interface BatteryReport {
  at: string; // RFC 3339, the start of an hour
  percent: number;
}

export interface AwakeDay {
  hours: Hour[];
  battery: BatteryReport[]; // of the last week, oldest first
}

export interface ServerFacts {
  version: string;
  uptime_s: number;
  load?: number[]; // of 1, 5 and 15 min
  disk?: { free_bytes: number; total_bytes: number };
  addresses?: string[]; // of the page
  authority: boolean; // /trust/ has one to download
}

// Of the server's log: a warning or an error.
export interface LogLine {
  time: string; // RFC 3339
  level: 'warn' | 'error';
  text: string;
}

// Of the archive, docs/protocol.md, section 3.
export interface Item {
  id: string;
  camera: string;
  kind: 'photo' | 'clip' | 'film';
  reason: string; // manual, schedule, motion, continuous or import
  start: string; // RFC 3339
  end: string; // the same as start for a photo
  bytes: number;
  width: number;
  height: number;
  starred: boolean;
  url: string;
  thumbnail: string;
}

export type Role = 'none' | 'viewer' | 'operator' | 'admin';

// Who is asking, docs/protocol.md, section 3.1. cameras: null = all that there are.
export interface Me {
  principal: string; // anyone, owner (of this machine), user or token
  name: string;
  role: Role;
  cameras: string[] | null;
  needs_setup: boolean; // there is no administrator yet
  access: 'open' | 'accounts'; // open: there are no accounts
}

export interface User {
  name: string;
  role: Role;
  cameras: string[] | null;
  totp?: boolean; // logins need a code of an authenticator app
}

export interface Session {
  id: string;
  user: string;
  agent: string; // what the browser calls itself
  created: string; // RFC 3339
  used: string;
  current: boolean;
}

export interface Token {
  id: string;
  name: string;
  role: Role;
  cameras: string[] | null;
  created: string;
  expires: string | null;
  used: string | null;
}

// What is searched for; '' = all.
export interface ArchiveFilter {
  camera: string;
  kind: string;
  reason: string;
  starred: boolean;
  from: string; // an instant, or a date of the server's calendar
  to: string; // the first that is too late
}

export interface Page {
  items: Item[]; // the newest first
  next: string | null; // the cursor of what comes after; null = nothing
}

// Docs/protocol.md, section 3.2.
export type When =
  | { every_s: number; from?: string }
  | { times: string[]; days?: string[] }
  | { cron: string }
  | {
      sun: 'dawn' | 'sunrise' | 'sunset' | 'dusk';
      offset_s?: number;
      days?: string[];
      latitude: number;
      longitude: number;
    };

export interface ScheduleBody {
  name: string;
  enabled: boolean;
  camera: string | null; // null: all of them, with arm and disarm
  job: 'photo' | 'clip' | 'awake' | 'arm' | 'disarm' | 'film';
  seconds?: number; // of clip and awake; of film: how far back its photos go
  when: When;
  zone?: string; // '' = the server's
  missed: 'skip' | 'once' | 'all';
  missed_within_s?: number;
}

export interface Run {
  due: string;
  start: string | null; // null: it never began
  duration_s: number;
  result: 'running' | 'waiting' | 'done' | 'failed' | 'missed';
  detail: string;
  item: string | null; // of the archive
  count: number; // runs that this stands for
}

export interface Schedule extends ScheduleBody {
  id: string;
  next: string | null;
  running: Run | null;
  last: Run | null;
}

export type Point = [number, number]; // 0 to 1 from the top left

export interface Zone {
  mode: 'include' | 'exclude';
  points: Point[];
}

// Docs/protocol.md, section 3: motion.
export interface MotionSettings {
  armed: boolean;
  sensitivity: number; // 0 to 100
  min_area: number; // percent of the picture
  profile: 'normal' | 'busy';
  watch_fps: number;
  pre_s: number;
  post_s: number;
  zones: Zone[];
}

export interface MotionState {
  armed: boolean;
  watching: boolean;
  moving: boolean;
  events: number;
  muted: string[]; // 12 rows of 16 fields, "#" where it is muted
  seen: { box: [number, number, number, number]; score: number; fields: string[] } | null;
}

// Movement in minutes of watching.
export interface MotionCounts {
  watched: number;
  moved: number;
}

// Of the archive; null = no limit.
export interface Storage {
  cameras: {
    camera: string;
    items: number;
    bytes: number;
    quota_bytes: number | null;
    recent_bytes: number; // in the span of recent
    oldest: string | null; // the start of what a quota removes next
  }[];
  free_bytes: number;
  total_bytes: number;
  recent: { bytes: number; span_s: number };
  limits: { age_s: number | null; bytes: number | null; min_free_bytes: number | null };
  next: { item: Item; due: string | null } | null; // what is removed next
}

// Docs/protocol.md, section 3.3.
export interface FilmBody {
  name: string;
  camera: string;
  from?: string;
  to?: string;
  fps: number;
  width?: number; // the largest size
  height?: number;
  deflicker: boolean;
  skip_night: boolean;
  stamp: boolean; // date and time of each photo in the picture
  ids?: string[]; // of a new film: of these photos, instead of from and to
}

export interface Film extends FilmBody {
  id: string;
  state: 'waiting' | 'running' | 'paused' | 'done' | 'failed';
  photos: number;
  done: number; // photos dealt with
  frames: number; // pictures in the film
  speed_fps: number;
  eta_s: number;
  detail: string; // why it failed
  item: string | null; // the film in the archive
}

interface Asked {
  method?: string;
  body?: object;
}

// An error: RFC 9457 problem details, or the older {"error":{"code","message"}}.
interface Said {
  type?: string;
  title?: string;
  detail?: string;
  error?: { code?: string; message?: string };
}

// The page identifies a problem by the last part of its type: "…/no-such-camera".
function problemOf(said: Said | null, status: number): LiveError {
  const code = said?.error?.code ?? said?.type?.split(/[/:#]/).pop() ?? 'failed';
  const message = said?.error?.message ?? said?.detail ?? said?.title;
  return new LiveError(code || 'failed', message ?? `The server answered ${status}.`);
}

// null: it is empty, or not ours.
export function parsed(text: string): Said | null {
  try {
    return JSON.parse(text) as Said;
  } catch {
    return null;
  }
}

// What is empty or false is not asked for.
export function queryOf(wanted: object): URLSearchParams {
  const told = Object.entries(wanted).filter(([, value]) => value);
  return new URLSearchParams(told.map(([name, value]) => [name, String(value)]));
}

export class Rest {
  // Called when the server refuses: rights ended, or were never there.
  refused: () => void = () => {};

  constructor(
    private readonly server: URL,
    private readonly send: (url: URL, init: RequestInit) => Promise<Response>,
  ) {}

  // Adds a network camera.
  async add(camera: { id: string; name: string; url: string }): Promise<Camera> {
    const body = { source: 'http', ...camera };
    return (await this.ask('cameras', { method: 'POST', body })) as Camera;
  }

  // Takes a photo that is stored in the archive.
  async photo(camera: string): Promise<Item> {
    return (await this.ask(`cameras/${camera}/photo`, { method: 'POST' })) as Item;
  }

  // From now on for so long, or until it is stopped.
  async record(camera: string, seconds: number): Promise<void> {
    await this.ask(`cameras/${camera}/record`, { method: 'POST', body: { seconds } });
  }

  async stopRecording(camera: string): Promise<void> {
    await this.ask(`cameras/${camera}/record`, { method: 'DELETE' });
  }

  async archive(
    filter: Partial<ArchiveFilter> & { limit?: number; cursor?: string | null },
  ): Promise<Page> {
    return (await this.ask(`archive?${queryOf(filter)}`)) as Page;
  }

  async session(): Promise<Me> {
    return (await this.ask('session')) as Me;
  }

  // The wall's layout, as the page wrote it.
  async layout(): Promise<unknown> {
    return this.ask('layout');
  }

  async keepLayout(layout: object): Promise<void> {
    await this.ask('layout', { method: 'PUT', body: layout });
  }

  // Rejects with a LiveError, with the server's code and sentence if there are any.
  async ask(path: string, asked: Asked = {}): Promise<unknown> {
    const answer = await this.fetch(path, asked);
    const text = await answer.text().catch(() => '-');
    const said = parsed(text);
    if (answer.ok && (said || text === '')) return said;
    throw this.problem(said, answer.status);
  }

  protected problem(said: Said | null, status: number): LiveError {
    const problem = problemOf(said, status);
    if (problem.code === 'not-logged-in' || problem.code === 'not-allowed') this.refused();
    return problem;
  }

  protected fetch(path: string, { method = 'GET', body }: Asked): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) headers['content-type'] = 'application/json';
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    return this.send(new URL(`api/v1/${path}`, this.server), init).catch(() => {
      throw new LiveError('no-server', 'The server does not answer.');
    });
  }
}
