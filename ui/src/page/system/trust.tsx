// How to make this device trust the server's certificate authority.
import { useEffect, useState } from 'preact/hooks';
import { serverUrl } from '../../live/shared';
import { t } from '../i18n';

const hasAuthority = (): Promise<boolean> =>
  fetch(new URL('trust/eyelid-ca.crt', serverUrl), { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  );

export function Trust() {
  const [isThere, setIsThere] = useState(false);
  useEffect(() => void hasAuthority().then(setIsThere), []);
  if (!isThere) return null;
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
