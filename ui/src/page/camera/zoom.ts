// Zoom into a picture: wheel, pinch, double tap, keys, and drag while it is larger than its frame.
import type { PanzoomObject } from '@panzoom/panzoom';
import { useEffect, useRef, useState } from 'preact/hooks';

const MOST = 8;
const STEP = 2;
const DOUBLE_TAP_MS = 300;
const DOUBLE_TAP_PX = 30;

export interface Zoom {
  ref: { current: HTMLDivElement | null };
  isZoomed: boolean;
  step(by: number): void; // in or out by steps, at the centre
  reset(): void;
}

const calm = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;

type Library = typeof import('@panzoom/panzoom').default;

// Makes the element zoomable; returns the zoom and a function that undoes it.
function begin(
  Panzoom: Library,
  element: HTMLElement,
  frame: HTMLElement,
  zoomedTo: (zoomed: boolean) => void,
): [PanzoomObject, () => void] {
  const zoom = Panzoom(element, {
    maxScale: MOST,
    minScale: 1,
    contain: 'outside',
    panOnlyWhenZoomed: true,
    cursor: '',
    touchAction: 'pan-y',
    handleStartEvent: (event: Event) => {
      if (zoom.getScale() > 1) event.preventDefault();
    },
  });
  const changed = (): void => {
    const zoomed = zoom.getScale() > 1.01;
    element.style.touchAction = zoomed ? 'none' : 'pan-y';
    zoomedTo(zoomed);
  };
  const wheel = (event: WheelEvent): void => {
    zoom.zoomWithWheel(event, { animate: false });
  };
  const toggleAt = (at: { clientX: number; clientY: number }): void => {
    if (zoom.getScale() > 1.01) zoom.reset({ animate: calm() });
    else zoom.zoomToPoint(STEP * 1.25, at, { animate: false });
  };
  let lastTap = { atMs: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
  const tapped = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') return;
    const [x, y] = [event.clientX, event.clientY];
    const near = Math.hypot(x - lastTap.x, y - lastTap.y) < DOUBLE_TAP_PX;
    if (near && event.timeStamp - lastTap.atMs < DOUBLE_TAP_MS) toggleAt(event);
    lastTap = { atMs: event.timeStamp, x, y };
  };
  element.addEventListener('panzoomchange', changed);
  element.addEventListener('panzoomreset', changed);
  frame.addEventListener('wheel', wheel, { passive: false });
  element.addEventListener('dblclick', toggleAt);
  element.addEventListener('pointerup', tapped);
  const end = (): void => {
    element.removeEventListener('panzoomchange', changed);
    element.removeEventListener('panzoomreset', changed);
    frame.removeEventListener('wheel', wheel);
    element.removeEventListener('dblclick', toggleAt);
    element.removeEventListener('pointerup', tapped);
    zoom.destroy();
  };
  return [zoom, end];
}

// The library is loaded after the first picture, since it is not needed before.
export function useZoom(stage: { current: HTMLElement | null }): Zoom {
  const ref = useRef<HTMLDivElement>(null);
  const panzoom = useRef<PanzoomObject | null>(null);
  const [isZoomed, setIsZoomed] = useState(false);
  useEffect(() => {
    const element = ref.current;
    const frame = stage.current;
    let end: (() => void) | null = null;
    let gone = false;
    if (!element || !frame) return;
    void import('@panzoom/panzoom').then(({ default: library }) => {
      if (gone) return;
      [panzoom.current, end] = begin(library, element, frame, setIsZoomed);
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [stage]);
  return {
    ref,
    isZoomed,
    step: (by) => {
      const zoom = panzoom.current;
      if (!zoom) return;
      // Not animated: the pan that follows would be limited by the size during the animation.
      zoom.zoom(zoom.getScale() * STEP ** by, { animate: false });
    },
    reset: () => void panzoom.current?.reset({ animate: calm() }),
  };
}
