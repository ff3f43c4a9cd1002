// Photos: full-size stills, shown as a thumbnail over the picture, and large in a viewer.

import left from 'icon:chevron-left';
import right from 'icon:chevron-right';
import download from 'icon:download';
import close from 'icon:x';
import { useEffect, useRef, useState } from 'preact/hooks';
import { LiveError } from '../../live/live';
import { live, serverUrl } from '../../live/shared';
import { bytes, t } from '../i18n';
import { tell } from '../parts/announcer';
import { closeDialog, Dialog } from '../parts/dialog';
import { Icon } from '../parts/icon';
import { ring } from '../parts/ring';
import { rest } from '../server';
import { photoName, pixels, problemText } from '../words';
import './photo.css';

export interface Photo {
  url: string;
  file: string;
  about: string;
}

const KEEP = 20;
// Problems of archiving with which a photo can still be taken.
const UNKEPT = new Set(['not-allowed', 'not-found', 'bad-method', 'disk-full', 'not-stored']);

const aboutOf = (width: number | null, height: number | null, size: number): string =>
  `${width && height ? `${pixels(width, height)}, ` : ''}${bytes(size)}`;

// Stored in the archive if possible and allowed; else only in this view.
async function keepOrTake(camera: string): Promise<Photo> {
  const file = photoName(camera, new Date());
  try {
    const item = await rest.photo(camera);
    const url = new URL(item.url.slice(1), serverUrl).href;
    return { url, file, about: aboutOf(item.width, item.height, item.bytes) };
  } catch (problem) {
    if (!(problem instanceof LiveError && UNKEPT.has(problem.code))) throw problem;
    const { blob, width, height } = await live.capture(camera);
    return { url: URL.createObjectURL(blob), file, about: aboutOf(width, height, blob.size) };
  }
}

// The photos taken in this view, newest last. They are discarded with it.
export function usePhotos(camera: string) {
  const [list, setList] = useState<Photo[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const made = useRef<string[]>([]);
  useEffect(
    () => () => {
      for (const url of made.current) URL.revokeObjectURL(url);
    },
    [],
  );

  async function take(): Promise<void> {
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      const photo = await keepOrTake(camera);
      if (photo.url.startsWith('blob:')) made.current.push(photo.url);
      setList((before) => [...before, photo].slice(-KEEP));
      ring(camera);
      tell(t('photo.taken'));
    } catch (problem) {
      setError(`${t('photo.failed')} ${problemText(problem)}`);
    }
    setBusy(false);
  }
  return { list, busy, error, take };
}

export type Photos = ReturnType<typeof usePhotos>;

function Viewer(props: { photos: Photo[]; name: string; closed(): void }) {
  const { photos, name, closed } = props;
  const [at, setAt] = useState(photos.length - 1);
  const photo = photos[at];
  if (!photo) return null;
  const step = (by: number): void => setAt((at + by + photos.length) % photos.length);
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft') step(-1);
    if (event.key === 'ArrowRight') step(1);
  };
  return (
    <Dialog title={t('photo.of', { name })} class="viewer" closed={closed}>
      <figure onKeyDown={pressed}>
        <img data-still="" src={photo.url} alt={t('photo.of', { name })} />
        <figcaption>
          <span class="quiet">{photo.about}</span>
          {photos.length > 1 && (
            <span class="viewer-steps">
              <button
                type="button"
                class="over-button"
                aria-label={t('photo.previous')}
                onClick={() => step(-1)}
              >
                <Icon of={left} />
              </button>
              <span class="figure">
                {at + 1}/{photos.length}
              </span>
              <button
                type="button"
                class="over-button"
                aria-label={t('photo.next')}
                onClick={() => step(1)}
              >
                <Icon of={right} />
              </button>
            </span>
          )}
          <a class="button is-first" href={photo.url} download={photo.file} data-action="download">
            <Icon of={download} />
            {t('photo.download')}
          </a>
          <button
            type="button"
            class="button"
            data-action="close"
            onClick={(event) => closeDialog(event.currentTarget)}
          >
            <Icon of={close} />
            {t('close')}
          </button>
        </figcaption>
      </figure>
    </Dialog>
  );
}

export function PhotoThumb({ photos, name }: { photos: Photos; name: string }) {
  const [open, setOpen] = useState(false);
  const newest = photos.list[photos.list.length - 1];
  if (!newest) return <span class="thumb is-empty" />;
  return (
    <>
      <button
        type="button"
        class="thumb"
        data-action="photo"
        aria-label={t('photo.show', { n: photos.list.length })}
        onClick={() => setOpen(true)}
      >
        <img key={newest.url} src={newest.url} alt="" data-thumb="" />
      </button>
      {open && <Viewer photos={photos.list} name={name} closed={() => setOpen(false)} />}
    </>
  );
}
