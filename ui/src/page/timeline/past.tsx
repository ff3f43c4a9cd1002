// The past, instead of the live picture: a photo, or a clip from a given moment. After a clip the next
// one is played.

import radio from 'icon:radio';
import { useEffect, useRef } from 'preact/hooks';
import { Clip, type ClipKeys } from '../archive/clip';
import { address, titleOf } from '../archive/words';
import { moment, t } from '../i18n';
import { Icon } from '../parts/icon';
import type { Kept, Past } from './day';
import { beside } from './track';
import './past.css';

export function PastPicture(props: { past: Past; all: Kept[]; show(past: Past | null): void }) {
  const { past, all, show } = props;
  const { kept, atMs } = past;
  const keys = useRef<ClipKeys | null>(null);
  const shown = useRef({ id: '', ms: 0 }); // the position that playback reached
  const isItself = shown.current.id === kept.id && shown.current.ms === atMs;
  const begin = useRef({ id: kept.id, atMs });
  if (!isItself) begin.current = { id: kept.id, atMs };
  // A clip that was replaced may still report its end.
  const now = useRef('');
  now.current = kept.id;
  useEffect(
    () => () => {
      now.current = '';
    },
    [],
  );
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as Element;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target.closest('input, select, dialog, .sheet')) return;
      if (event.key === ' ' && target.closest('button, a')) return;
      const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
      const next = by && beside(all, kept.id, by);
      if (target.closest('[role=slider]')) return;
      if (event.key === 'Escape' || (by > 0 && !next)) show(null);
      else if (next) show({ kept: next, atMs: next.startMs });
      else if (by < 0) return;
      else if (kept.kind === 'photo' || !keys.current?.key(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener('keydown', pressed, true);
    return () => removeEventListener('keydown', pressed, true);
  }, [kept, all, show]);
  const item = kept.item;
  return (
    <div class="past" data-past={item.id}>
      {item.kind === 'photo' ? (
        <img src={address(item.url)} alt={titleOf(item)} />
      ) : (
        <Clip
          key={`${item.id}@${begin.current.atMs}`}
          id={item.id}
          src={address(item.url)}
          label={titleOf(item)}
          keys={keys}
          startS={(begin.current.atMs - kept.startMs) / 1000}
          moved={(atS) => {
            if (now.current !== kept.id) return;
            const ms = kept.startMs + atS * 1000;
            shown.current = { id: kept.id, ms };
            show({ kept, atMs: ms });
          }}
          ended={() => {
            if (now.current !== kept.id) return;
            let next = beside(all, kept.id, 1);
            while (next && next.kind !== 'clip') next = beside(all, next.id, 1);
            show(next && { kept: next, atMs: next.startMs });
          }}
        />
      )}
      <p class="past-when" role="status">
        {moment(new Date(atMs))}
      </p>
      <button type="button" class="live-pill" data-action="live" onClick={() => show(null)}>
        <Icon of={radio} />
        {t('timeline.live')}
      </button>
    </div>
  );
}
