import { t } from '../i18n';
import { CancelButton, Dialog } from '../parts/dialog';
import { KEYS } from './keys';

const NAMES: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };

export function KeysHelp({ closed }: { closed(): void }) {
  return (
    <Dialog title={t('keys.title')} closed={closed}>
      <dl class="facts">
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>{t(what)}</dt>
            <dd>
              <kbd>{keys[0] === ' ' ? t('keys.space') : (NAMES[keys[0] ?? ''] ?? keys[0])}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <div class="tools">
        <CancelButton autofocus>{t('close')}</CancelButton>
      </div>
    </Dialog>
  );
}
