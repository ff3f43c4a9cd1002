// The wall before the first camera.
import plus from 'icon:plus';
import { useState } from 'preact/hooks';
import { serverUrl } from '../../live/shared';
import { t } from '../i18n';
import { may } from '../me';
import { Copy } from '../parts/copy';
import { Eye, Icon } from '../parts/icon';
import { AddCamera } from './add';
import { FoundCameras } from './found';
import './welcome.css';

export function Welcome() {
  const [adding, setAdding] = useState(false);
  const address = `${new URL('device/', serverUrl).href.replace(/^http/, 'ws')}porch`;
  return (
    <section class="welcome empty" aria-labelledby="empty-title">
      <Eye open={false} />
      <h1 id="empty-title" tabIndex={-1}>
        {t('welcome.title')}
      </h1>
      <FoundCameras />
      <ol class="ways">
        <li>
          <h2>{t('welcome.local')}</h2>
          <p>{t('welcome.local.how')}</p>
        </li>
        <li>
          <h2>{t('welcome.network')}</h2>
          <p>{t('welcome.network.how')}</p>
          {may('admin') && (
            <button
              type="button"
              class="button is-first"
              data-action="add-camera"
              onClick={() => setAdding(true)}
            >
              <Icon of={plus} />
              {t('add.ask')}
            </button>
          )}
        </li>
        <li>
          <h2>{t('welcome.device')}</h2>
          <p>{t('welcome.device.how')}</p>
          <div class="address">
            <Copy text={address} what={t('welcome.device')} />
          </div>
          <p class="quiet">{t('welcome.mock')}</p>
          <Copy
            text={`eyelid-fakecam --url ${address.replace(/porch$/, '')} --id porch`}
            what="eyelid-fakecam"
          />
        </li>
      </ol>
      {adding && <AddCamera closed={() => setAdding(false)} />}
    </section>
  );
}
