// A text with a button that copies it.
import check from 'icon:check';
import copyIcon from 'icon:copy';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { tell } from './announcer';
import { Icon } from './icon';

const DONE_MS = 2000;

// The clipboard API exists only in secure contexts; elsewhere a selection is copied.
async function copy(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return document.execCommand('copy');
  }
}

export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), DONE_MS);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <div class="copy">
      <code>{text}</code>
      <button
        type="button"
        class="button is-icon"
        data-action="copy"
        aria-label={t('copy', { what })}
        title={t('copy', { what })}
        onClick={async (event) => {
          const shown = event.currentTarget.previousElementSibling as HTMLElement;
          const copied = await copy(text, shown);
          setDone(copied);
          if (copied) tell(t('copied'));
        }}
      >
        <Icon of={done ? check : copyIcon} />
      </button>
    </div>
  );
}
