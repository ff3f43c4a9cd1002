import { useEffect, useState } from 'preact/hooks';

const FADE_MS = 3000;

// True while the controls over a picture are shown: the mouse moves, something has the focus, or
// the picture is not live. A tap on the picture shows and hides them.
export function useFading(stage: { current: HTMLElement | null }, mayFade: boolean): boolean {
  const [shown, setShown] = useState(true);
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isShown = true;
    const set = (next: boolean): void => {
      isShown = next;
      setShown(next);
    };
    const isUsed = (): boolean => element.querySelector('.over :focus-visible') !== null;
    const hideLater = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => (isUsed() ? hideLater() : set(false)), FADE_MS);
    };
    const show = (): void => {
      set(true);
      hideLater();
    };
    const moved = (event: PointerEvent): void => {
      if (event.pointerType !== 'touch') show();
    };
    const tapped = (event: PointerEvent): void => {
      if (event.pointerType !== 'touch') return;
      const onPicture = !(event.target as Element).closest('.over, .side');
      if (onPicture && isShown) set(false);
      else show();
    };
    hideLater();
    element.addEventListener('pointermove', moved);
    element.addEventListener('pointerup', tapped);
    element.addEventListener('focusin', show);
    addEventListener('keydown', show);
    return () => {
      clearTimeout(timer);
      element.removeEventListener('pointermove', moved);
      element.removeEventListener('pointerup', tapped);
      element.removeEventListener('focusin', show);
      removeEventListener('keydown', show);
    };
  }, [stage]);
  return shown || !mayFade;
}
