// The keys of one camera's view; `?` lists them.
import { useEffect, useRef } from 'preact/hooks';
import type { Key } from '../i18n';
import { isDialogOpen } from '../parts/dialog';

export interface Actions {
  full(): void;
  previous(): void;
  next(): void;
  photo(): void;
  record(): void;
  pause(): void;
  leave(): void;
  help(): void;
  zoom(by: number): void;
}

export const KEYS: [keys: string[], what: Key, act: (actions: Actions) => void][] = [
  [['f'], 'keys.full', (a) => a.full()],
  [['ArrowLeft'], 'keys.previous', (a) => a.previous()],
  [['ArrowRight'], 'keys.next', (a) => a.next()],
  [['s'], 'keys.photo', (a) => a.photo()],
  [['r'], 'keys.record', (a) => a.record()],
  [[' '], 'keys.pause', (a) => a.pause()],
  [['+', '='], 'keys.zoom.in', (a) => a.zoom(1)],
  [['-'], 'keys.zoom.out', (a) => a.zoom(-1)],
  [['Escape'], 'keys.leave', (a) => a.leave()],
  [['?'], 'keys.help', (a) => a.help()],
];

// True if the focused element handles this key itself.
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  if (target.closest('input, select, textarea, [role=tablist], [popover]'))
    return event.key !== 'Escape';
  return event.key === ' ' && target.closest('button, a, summary') !== null;
}

export function useKeys(actions: Actions): void {
  const newest = useRef(actions);
  newest.current = actions;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isDialogOpen() || isTaken(event)) return;
      if (event.key === 'Escape' && document.fullscreenElement) return;
      const found = KEYS.find(([keys]) => keys.includes(event.key));
      if (!found) return;
      event.preventDefault();
      found[2](newest.current);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
