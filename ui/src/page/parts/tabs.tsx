// Tabs by the ARIA pattern: one stop for the Tab key, arrow keys between tabs.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon';
import './tabs.css';

export interface Tab {
  id: string;
  label: string;
  icon: string;
}

export function Tabs(props: {
  label: string;
  tabs: Tab[];
  chosen: string;
  choose(id: string): void;
  children: ComponentChildren;
}) {
  const { label, tabs, chosen, choose, children } = props;
  const prefix = useId();
  const pressed = (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = tabs.findIndex(({ id }) => id === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    choose(next.id);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={pressed}>
        {tabs.map(({ id, label: text, icon }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`${prefix}-${id}`}
            data-tab={id}
            aria-selected={id === chosen}
            aria-controls={`${prefix}-panel`}
            tabIndex={id === chosen ? 0 : -1}
            onClick={() => choose(id)}
          >
            <Icon of={icon} />
            {text}
          </button>
        ))}
      </div>
      <div
        class="tab-panel"
        role="tabpanel"
        id={`${prefix}-panel`}
        aria-labelledby={`${prefix}-${chosen}`}
      >
        {children}
      </div>
    </>
  );
}
