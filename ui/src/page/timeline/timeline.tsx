// The day of one camera as a strip under its picture. Dragging along it chooses a moment in the past,
// which is shown in place of the live picture; LIVE returns.
import left from 'icon:chevron-left';
import right from 'icon:chevron-right';
import { useEffect, useRef, useState } from 'preact/hooks';
import { address, kindOf } from '../archive/words';
import { day as dayName, moment, t, time } from '../i18n';
import { useSize } from '../parts/hooks';
import { Icon } from '../parts/icon';
import { type Kept, type Past, useDay } from './day';
import { draw } from './draw';
import { beside, dayAround, msAt, nearest, type Range, zoomed } from './track';
import './timeline.css';

export function Timeline(props: {
  camera: string;
  past: Past | null; // null: live
  show(past: Past | null): void;
  list(kept: Kept[]): void; // the items of this day
}) {
  const { camera, past, show, list } = props;
  const [day, setDay] = useState<Range>(() => dayAround(Date.now()));
  const [range, setRange] = useState<Range>(day);
  const [isHere, setIsHere] = useState(false); // a pointer or the focus is on the strip
  const { kept } = useDay(camera, day);
  const [ref, { width }] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const bubble = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const caption = useRef<HTMLSpanElement>(null);
  const scrub = useRef<{ x: number; isDown: boolean } | null>(null);
  const asked = useRef(0);
  const spans = kept ?? [];
  const shownMs = past?.atMs ?? Date.now();
  useEffect(() => list(spans), [kept]);

  // Changes the DOM directly, once per animation frame, without rendering by Preact.
  const paint = (): void => {
    asked.current = 0;
    if (!canvas.current) return;
    const at = scrub.current;
    const ms = at ? msAt(range, at.x, width) : shownMs;
    draw(canvas.current, range, spans, at?.isDown ? ms : shownMs, Date.now());
    const element = bubble.current;
    if (!element) return;
    const found = at && nearest(spans, ms);
    element.hidden = !found;
    if (!at || !found) return;
    const half = element.offsetWidth / 2;
    const x = Math.min(width - half, Math.max(half, at.x));
    element.style.transform = `translateX(${x - half}px)`;
    const url = address(found.item.thumbnail);
    if (image.current && image.current.dataset.item !== found.id) {
      image.current.dataset.item = found.id;
      image.current.hidden = false;
      image.current.src = url;
    }
    if (caption.current)
      caption.current.textContent = time(
        new Date(Math.min(found.endMs, Math.max(found.startMs, ms))),
      );
  };
  const newest = useRef(paint);
  newest.current = paint;
  const ask = (): void => {
    asked.current ||= requestAnimationFrame(() => newest.current());
  };
  useEffect(ask, [range, kept, width, shownMs]);
  useEffect(() => {
    const timer = setInterval(ask, 15_000); // the current time moves
    return () => {
      clearInterval(timer);
      cancelAnimationFrame(asked.current);
    };
  }, []);

  const go = (ms: number): void => {
    const found = nearest(spans, ms);
    if (found) show({ kept: found, atMs: Math.min(found.endMs, Math.max(found.startMs, ms)) });
  };
  const turn = (by: number): void => {
    const next = dayAround(day.fromMs + 3_600_000 * 12, by);
    if (next.fromMs > Date.now()) return;
    setDay(next);
    setRange(next);
  };
  const xIn = (event: MouseEvent): number =>
    event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const key = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (by !== 0) {
      const next = past ? beside(spans, past.kept.id, by) : by < 0 ? spans[spans.length - 1] : null;
      if (next) show({ kept: next, atMs: next.startMs });
      else if (by > 0) show(null);
    } else if (event.key === 'Home' && spans[0]) go(spans[0].startMs);
    else if (event.key === 'End' || (event.key === 'Escape' && past)) show(null);
    else if (event.key === '+' || event.key === '-')
      setRange(zoomed(range, day, shownMs, event.key === '+' ? 0.5 : 2));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isToday = Date.now() >= day.fromMs && Date.now() < day.toMs;
  const said = past
    ? `${kindOf(past.kept.item)}, ${moment(new Date(past.atMs))}`
    : t('timeline.live');
  return (
    <section class="timeline" aria-label={t('timeline')} data-timeline={camera}>
      <button
        type="button"
        class="over-button"
        data-action="day-before"
        aria-label={t('timeline.before')}
        title={t('timeline.before')}
        onClick={() => turn(-1)}
      >
        <Icon of={left} />
      </button>
      <div class="timeline-line" ref={ref}>
        <div class="timeline-bubble" ref={bubble} hidden>
          <img
            ref={image}
            alt=""
            onError={(event) => {
              event.currentTarget.hidden = true; // a clip may have no thumbnail
            }}
          />
          <span ref={caption} class="figure" />
        </div>
        {(isHere || !isToday) && (
          <p class="timeline-day" aria-live="polite">
            {dayName(new Date(day.fromMs))}
          </p>
        )}
        <canvas
          ref={canvas}
          role="slider"
          tabIndex={0}
          data-items={kept ? spans.length : undefined}
          aria-label={t('timeline')}
          aria-valuemin={0}
          aria-valuemax={86400}
          aria-valuenow={Math.round((shownMs - day.fromMs) / 1000)}
          aria-valuetext={said}
          onKeyDown={key}
          onFocus={() => setIsHere(true)}
          onBlur={() => setIsHere(false)}
          onPointerEnter={() => setIsHere(true)}
          onPointerLeave={() => {
            setIsHere(false);
            scrub.current = null;
            ask();
          }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            scrub.current = { x: xIn(event), isDown: true };
            ask();
          }}
          onPointerMove={(event) => {
            scrub.current = { x: xIn(event), isDown: scrub.current?.isDown ?? false };
            ask();
          }}
          onPointerUp={(event) => {
            if (scrub.current?.isDown) go(msAt(range, xIn(event), width));
            scrub.current = event.pointerType === 'mouse' ? { x: xIn(event), isDown: false } : null;
            ask();
          }}
          onPointerCancel={() => {
            scrub.current = null;
            ask();
          }}
          onWheel={(event) => {
            event.preventDefault();
            event.stopPropagation();
            const at = msAt(range, xIn(event), width);
            setRange(zoomed(range, day, at, event.deltaY > 0 ? 1.25 : 0.8));
          }}
        />
      </div>
      <button
        type="button"
        class="over-button"
        data-action="day-after"
        aria-label={t('timeline.after')}
        title={t('timeline.after')}
        aria-disabled={isToday}
        onClick={() => turn(1)}
      >
        <Icon of={right} />
      </button>
    </section>
  );
}
