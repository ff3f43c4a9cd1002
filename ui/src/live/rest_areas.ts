// What only parts of the page ask that are loaded later (parts/lazy.tsx).
import type {
  ArchiveFilter,
  AwakeDay,
  Film,
  FilmBody,
  Item,
  LogLine,
  MotionCounts,
  MotionSettings,
  MotionState,
  Run,
  Schedule,
  ScheduleBody,
  ServerFacts,
  Storage,
} from './rest';
import { parsed, queryOf, Rest } from './rest';

export class AreaRest extends Rest {
  async awake(camera: string): Promise<AwakeDay> {
    const { hours = [], battery = [] } = (await this.ask(
      `cameras/${camera}/awake`,
    )) as Partial<AwakeDay>;
    return { hours, battery };
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

  // Another address of a network camera.
  async readdress(camera: string, url: string): Promise<void> {
    await this.ask(`cameras/${camera}/address`, { method: 'PUT', body: { url } });
  }

  // One picture from an address, before a camera is added.
  async probe(url: string): Promise<Blob> {
    const answer = await this.fetch('probe', { method: 'POST', body: { url } });
    if (answer.ok) return answer.blob();
    throw this.problem(parsed(await answer.text().catch(() => '')), answer.status);
  }

  // The newest first.
  async log(): Promise<LogLine[]> {
    return ((await this.ask('system/log')) as { lines: LogLine[] }).lines;
  }

  async system(): Promise<ServerFacts> {
    return (await this.ask('system')) as ServerFacts;
  }

  // How many items begin on each of the server's days.
  async archiveDays(filter: Partial<ArchiveFilter>): Promise<Record<string, number>> {
    const { days } = (await this.ask(`archive/days?${queryOf(filter)}`)) as {
      days: Record<string, number>;
    };
    return days;
  }

  async star(item: string, starred: boolean): Promise<Item> {
    return (await this.ask(`archive/${item}`, { method: 'PATCH', body: { starred } })) as Item;
  }

  async removeItem(item: string): Promise<void> {
    await this.ask(`archive/${item}`, { method: 'DELETE' });
  }

  async motion(camera: string): Promise<MotionSettings> {
    return (await this.ask(`cameras/${camera}/motion`)) as MotionSettings;
  }

  async changeMotion(camera: string, some: Partial<MotionSettings>): Promise<void> {
    await this.ask(`cameras/${camera}/motion`, { method: 'PATCH', body: some });
  }

  // What of the last hour's movement other settings could find; saves nothing.
  async tryMotion(camera: string, some: Partial<MotionSettings>): Promise<MotionCounts> {
    return (await this.ask(`cameras/${camera}/motion/try`, {
      method: 'POST',
      body: some,
    })) as MotionCounts;
  }

  async motionState(camera: string): Promise<MotionState> {
    return (await this.ask(`cameras/${camera}/motion/state`)) as MotionState;
  }

  async recordsAlways(camera: string): Promise<{ continuous: boolean; error: string | null }> {
    return (await this.ask(`cameras/${camera}/record`)) as {
      continuous: boolean;
      error: string | null;
    };
  }

  async recordAlways(camera: string, continuous: boolean): Promise<void> {
    await this.ask(`cameras/${camera}/record`, { method: 'PUT', body: { continuous } });
  }

  async storage(): Promise<Storage> {
    return (await this.ask('archive/storage')) as Storage;
  }

  // null: none.
  async limitCamera(camera: string, quota: number | null): Promise<void> {
    await this.ask('archive/quotas', { method: 'PATCH', body: { cameras: { [camera]: quota } } });
  }

  async films(): Promise<Film[]> {
    return ((await this.ask('films')) as { films: Film[] }).films;
  }

  async addFilm(body: FilmBody): Promise<void> {
    await this.ask('films', { method: 'POST', body });
  }

  async pauseFilm(id: string, paused: boolean): Promise<void> {
    await this.ask(`films/${id}`, { method: 'PATCH', body: { paused } });
  }

  async removeFilm(id: string): Promise<void> {
    await this.ask(`films/${id}`, { method: 'DELETE' });
  }

  async schedules(): Promise<Schedule[]> {
    return ((await this.ask('schedules')) as { schedules: Schedule[] }).schedules;
  }

  async addSchedule(body: ScheduleBody): Promise<void> {
    await this.ask('schedules', { method: 'POST', body });
  }

  async putSchedule(id: string, body: ScheduleBody): Promise<void> {
    await this.ask(`schedules/${id}`, { method: 'PUT', body });
  }

  async removeSchedule(id: string): Promise<void> {
    await this.ask(`schedules/${id}`, { method: 'DELETE' });
  }

  // The newest first.
  async runs(schedule: string): Promise<Run[]> {
    return ((await this.ask(`schedules/${schedule}/runs`)) as { runs: Run[] }).runs;
  }

  async nextRuns(schedule: string): Promise<string[]> {
    return ((await this.ask(`schedules/${schedule}/next`)) as { next: string[] }).next;
  }

  // When it would run.
  async previewSchedule(body: ScheduleBody): Promise<string[]> {
    const answer = await this.ask('schedules/preview', { method: 'POST', body });
    return (answer as { next: string[] }).next;
  }
}
