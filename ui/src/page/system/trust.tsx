// How to make this device trust the server's certificate authority.
import { serverUrl } from '../../live/shared';
import { t } from '../i18n';

export function Trust() {
  return (
    <section class="section" aria-labelledby="trust-title">
      <h2 id="trust-title">{t('trust.title')}</h2>
      <p>
        {t('trust.why')} {t('trust.how')} {t('trust.then')}
      </p>
      <div class="downloads">
        <a class="button" href={new URL('trust/eyelid-ca.crt', serverUrl).href} download="">
          {t('trust.ca')}
        </a>
        <a class="button" href={new URL('trust/eyelid.mobileconfig', serverUrl).href}>
          {t('trust.profile')}
        </a>
      </div>
    </section>
  );
}
