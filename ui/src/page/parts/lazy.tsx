// A part of the page that is loaded when it is first shown. Until then, or if loading fails, a text
// is shown instead.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { speakOfAreas, t } from '../i18n';

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, setChanges] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      let gone = false;
      Promise.all([load(), speakOfAreas()]).then(
        ([component]) => {
          loaded = component;
          if (!gone) setChanges((n) => n + 1);
        },
        () => {
          if (!gone) setFailed(true);
        },
      );
      return () => {
        gone = true;
      };
    }, []);
    const Part = loaded;
    if (Part) return <Part {...props} />;
    return failed ? (
      <p class="problem" role="alert">
        {t('part.failed')}{' '}
        <button type="button" class="button" onClick={() => location.reload()}>
          {t('part.reload')}
        </button>
      </p>
    ) : null;
  };
}
