// Share links: one camera live, or one item of the archive, until a time.
import { useState } from 'preact/hooks';
import { serverUrl } from '../../live/shared';
import { duration, moment, t } from '../i18n';
import { tell } from '../parts/announcer';
import { Copy } from '../parts/copy';
import { problemText } from '../words';
import { accounts, type ShareLink } from './api';
import { useList } from './list';

const HOUR_S = 3600;
const LASTS_S = [HOUR_S, 24 * HOUR_S, 7 * 24 * HOUR_S, 30 * 24 * HOUR_S];

// item: null = the camera, live.
export function MakeLink({ camera, item }: { camera: string; item: string | null }) {
  const [lasts, setLasts] = useState(24 * HOUR_S);
  const [link, setLink] = useState('');
  const [wrong, setWrong] = useState('');
  const make = async (): Promise<void> => {
    try {
      setWrong('');
      const { path } = await accounts.addShare(camera, item, lasts);
      setLink(new URL(path.slice(1), serverUrl).href);
      tell(t('share.link.once'));
    } catch (problem) {
      setWrong(problemText(problem));
    }
  };
  if (link)
    return (
      <div class="form" data-testid="link">
        <p class="once">{t('share.link.once')}</p>
        <Copy text={link} what={t('share.link')} />
      </div>
    );
  return (
    <div class="form">
      <p class="quiet">{t('share.link.what')}</p>
      <div class="field">
        <label for="share-lasts">{t('share.link.lasts')}</label>
        <select
          id="share-lasts"
          class="input"
          value={lasts}
          onChange={(event) => setLasts(Number(event.currentTarget.value))}
        >
          {LASTS_S.map((s) => (
            <option key={s} value={s}>
              {duration(s)}
            </option>
          ))}
        </select>
      </div>
      {wrong && (
        <p class="problem" role="alert">
          {wrong}
        </p>
      )}
      <div class="tools">
        <button type="button" class="button" data-action="make-link" onClick={() => void make()}>
          {t('share.link.make')}
        </button>
      </div>
    </div>
  );
}

const about = ({ item, expires, uses }: ShareLink): string =>
  [
    t(item ? 'share.item' : 'share.live'),
    t('tokens.until', { time: moment(new Date(expires)) }),
    t('share.uses', { n: uses }),
  ].join(' · ');

export function Links() {
  const { list, error, load } = useList(() => accounts.shares());
  const [problem, setProblem] = useState('');
  const end = async (link: ShareLink): Promise<void> => {
    try {
      await accounts.endShare(link.id);
      tell(t('share.ended'));
      await load();
    } catch (reason) {
      setProblem(problemText(reason));
    }
  };
  return (
    <section class="section" aria-labelledby="links-title">
      <h2 id="links-title">{t('share.links')}</h2>
      <p class="quiet">{t('share.links.where')}</p>
      {(problem || error) && (
        <p class="problem" role="alert">
          {problem || error}
        </p>
      )}
      <ul class="rows">
        {list?.map((link) => (
          <li key={link.id} class="row" data-link={link.id}>
            <div class="row-what">
              <strong>{link.camera}</strong>
              <span class="quiet">{about(link)}</span>
            </div>
            <button
              type="button"
              class="button is-plain"
              data-action="end-link"
              aria-label={t('share.end', { name: link.camera })}
              onClick={() => void end(link)}
            >
              {t('sessions.end')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
