// The pages of System, without those that are not allowed.
import { t } from '../i18n';
import { may, me } from '../me';
import { route, type SystemPage } from '../shell/route';
import './nav.css';

export function SystemNav() {
  const at = route.value.area === 'system' ? route.value.page : '';
  const isUser = me.value?.principal === 'user';
  const pages: [SystemPage, string, boolean][] = [
    ['', t('area.system'), true],
    ['account', t('account.title'), isUser],
    ['users', t('users.title'), may('admin')],
    ['tokens', t('tokens.title'), may('admin')],
  ];
  const shown = pages.filter(([, , isThere]) => isThere);
  if (shown.length < 2) return null;
  return (
    <nav class="subnav" aria-label={t('area.system')}>
      {shown.map(([page, label]) => (
        <a
          key={page}
          class="chip"
          href={page ? `#/system/${page}` : '#/system'}
          aria-current={page === at ? 'page' : undefined}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}
