// WebCodecs in a worker that draws on this page's canvas, so that a busy page does not delay the
// picture. One worker serves every player.
import type { Media } from '../live/protocol';
import workerUrl from './decode_worker.ts?worker&url';
import type { Surface, SurfaceHost } from './surface';
import type { FromWorker, ToWorker } from './worker_messages';

let worker: Worker | null = null;
let lastId = 0;
const hosts = new Map<number, SurfaceHost>();

// A page of another origin may not run our file as a worker, only its own script that loads it.
function script(): URL | string {
  const url = new URL(workerUrl, import.meta.url);
  return url.origin === location.origin
    ? url
    : URL.createObjectURL(
        new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' }),
      );
}

function start(): Worker {
  const started = new Worker(script(), { type: 'module' });
  started.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const host = hosts.get(data.id);
    if (!host) return;
    if (data.type === 'pending') host.pending(data.units);
    else if (data.type === 'need-key') host.needKey();
    else if (data.type === 'failed') host.failed(data.reason);
    else host.shown({ ...data, atMs: data.atWallMs - performance.timeOrigin });
  };
  started.onerror = () => {
    worker = null;
    for (const host of [...hosts.values()]) host.failed('worker');
  };
  return started;
}

// Starting is slow in some browsers, so callers may do it before they need it.
export function startWorker(): void {
  worker ??= start();
}

export class WorkerSurface implements Surface {
  readonly delivery = 'worker';
  readonly rendition = 'h264';
  readonly element = document.createElement('canvas');
  private readonly id = ++lastId;

  constructor(host: SurfaceHost) {
    hosts.set(this.id, host);
    startWorker();
    const canvas = this.element.transferControlToOffscreen();
    this.post({ type: 'open', id: this.id, canvas }, [canvas]);
  }

  take(media: Media): void {
    const onWall = { ...media, arrivedMs: media.arrivedMs + performance.timeOrigin };
    this.post({ type: 'media', id: this.id, media: onWall }, [media.data]);
  }

  pause(): void {
    this.post({ type: 'pause', id: this.id });
  }

  destroy(): void {
    this.post({ type: 'close', id: this.id });
    hosts.delete(this.id);
  }

  private post(message: ToWorker, transfer: Transferable[] = []): void {
    worker?.postMessage(message, transfer);
  }
}
