// Addresses of a camera's streams, for players, programs and other pages.
import { serverUrl } from '../../live/shared';
import { MakeLink } from '../access/links';
import { type Key, t } from '../i18n';
import { may } from '../me';
import { Copy } from '../parts/copy';

const STREAMS: [Key, string][] = [
  ['share.page', 'view.html?camera=ID'],
  ['share.photo', 'snapshot/ID.jpg'],
  ['share.mjpeg', 'stream/ID.mjpg'],
  ['share.mp4', 'stream/ID.mp4'],
  ['share.hls', 'hls/ID/index.m3u8'],
];

export function Share({ camera }: { camera: string }) {
  const player = new URL('player.js', serverUrl).href;
  const embed = `<script type="module" src="${player}"></script>\n<eyelid-player camera="${camera}"></eyelid-player>`;
  return (
    <>
      {may('admin') && (
        <section class="section" aria-labelledby="share-link">
          <h2 id="share-link">{t('share.link')}</h2>
          <MakeLink camera={camera} item={null} />
        </section>
      )}
      <section class="section" aria-labelledby="share-streams">
        <h2 id="share-streams">{t('share.title')}</h2>
        {STREAMS.map(([label, path]) => {
          const url = new URL(path.replace('ID', camera), serverUrl).href;
          return (
            <div key={path} class="shared">
              <a href={url} target="_blank" rel="noreferrer">
                {t(label)}
              </a>
              <Copy text={url} what={t(label)} />
            </div>
          );
        })}
      </section>
      <section class="section" aria-labelledby="share-embed">
        <h2 id="share-embed">{t('share.embed')}</h2>
        <p class="quiet">{t('share.embed.how')}</p>
        <Copy text={embed} what={t('share.embed')} />
      </section>
    </>
  );
}
