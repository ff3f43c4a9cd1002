// Shared by the pages about accounts.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { SystemNav } from '../system/nav';
import './rights.css';

export function AccessPage(props: {
  title: string;
  heading: { current: HTMLHeadingElement | null };
  error: string;
  children: ComponentChildren;
}) {
  const { title, heading, error, children } = props;
  useEffect(() => {
    document.title = `${title} · ${t('area.system')} · eyelid`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div class="paper">
      <SystemNav />
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      {children}
    </div>
  );
}
