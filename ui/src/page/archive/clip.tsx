// Plays a clip: frame by frame, slowly, fast.

import previous from 'icon:chevron-first';
import next from 'icon:chevron-last';
import maximize from 'icon:maximize';
import pause from 'icon:pause';
import play from 'icon:play';
import { useEffect, useRef, useState } from 'preact/hooks';
import { clock, number, t } from '../i18n';
import { Icon } from '../parts/icon';
import { Frames } from './frames';
import './clip.css';

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const SKIP_S = 5;

export interface ClipKeys {
  key(event: KeyboardEvent): boolean; // true: the clip handled it
}

export function Clip(props: {
  src: string;
  label: string;
  id: string;
  keys: { current: ClipKeys | null };
  startS?: number;
  ended?(): void;
  moved?(atS: number): void;
}) {
  const { src, label, id, keys, startS = 0, ended, moved } = props;
  const video = useRef<HTMLVideoElement>(null);
  const frames = useRef<Frames | null>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [atS, setAtS] = useState(0);
  const [lengthS, setLengthS] = useState(0);
  const [speed, setSpeed] = useState(1);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    frames.current = new Frames(element, (pictureS) => {
      element.dataset.frame = String(pictureS);
    });
    setFailed(false);
    setAtS(0);
    return () => {
      // Cancels the download.
      element.removeAttribute('src');
      element.load();
    };
  }, [src]);
  useEffect(() => {
    if (video.current) video.current.playbackRate = speed;
  }, [speed, src]);

  const toggle = (): void => {
    const element = video.current;
    if (!element) return;
    if (!element.paused) element.pause();
    else {
      if (element.ended) element.currentTime = 0;
      void element.play().catch(() => {});
    }
  };
  const seek = (toS: number): void => {
    const element = video.current;
    if (element) element.currentTime = Math.max(0, Math.min(lengthS || toS, toS));
  };
  const faster = (by: number): void => {
    const to = SPEEDS[SPEEDS.indexOf(speed) + by];
    if (to) setSpeed(to);
  };
  keys.current = {
    key: (event) => {
      const acts: Record<string, () => void> = {
        ' ': toggle,
        k: toggle,
        ',': () => frames.current?.previous(),
        '.': () => frames.current?.next(),
        j: () => seek(atS - SKIP_S),
        l: () => seek(atS + SKIP_S),
        '<': () => faster(-1),
        '>': () => faster(1),
      };
      const act = acts[event.key];
      act?.();
      return act !== undefined;
    },
  };

  return (
    <div class="clip">
      <video
        ref={video}
        key={src}
        src={src}
        aria-label={label}
        data-kept={id}
        playsInline
        autoplay
        muted
        preload="auto"
        onClick={toggle}
        onPlay={() => setIsPlaying(true)}
        onPause={() => setIsPlaying(false)}
        onError={() => setFailed(true)}
        onEnded={ended}
        onLoadedMetadata={(event) => {
          setLengthS(event.currentTarget.duration);
          if (startS > 0) event.currentTarget.currentTime = startS;
        }}
        onDurationChange={(event) => setLengthS(event.currentTarget.duration)}
        onTimeUpdate={(event) => {
          setAtS(event.currentTarget.currentTime);
          moved?.(event.currentTarget.currentTime);
        }}
      />
      {failed && (
        <p class="problem" role="alert">
          {t('clip.failed')}
        </p>
      )}
      <div class="clip-bar" role="toolbar" aria-label={t('clip.controls')}>
        <button
          type="button"
          class="over-button"
          data-action="play"
          aria-label={isPlaying ? t('pause') : t('clip.play')}
          onClick={toggle}
        >
          <Icon of={isPlaying ? pause : play} />
        </button>
        <button
          type="button"
          class="over-button"
          data-action="frame-back"
          aria-label={t('clip.frame.previous')}
          title={`${t('clip.frame.previous')} (,)`}
          onClick={() => frames.current?.previous()}
        >
          <Icon of={previous} />
        </button>
        <button
          type="button"
          class="over-button"
          data-action="frame-on"
          aria-label={t('clip.frame.next')}
          title={`${t('clip.frame.next')} (.)`}
          onClick={() => frames.current?.next()}
        >
          <Icon of={next} />
        </button>
        <input
          type="range"
          class="clip-seek"
          aria-label={t('clip.position')}
          aria-valuetext={t('clip.at', { at: clock(atS), length: clock(lengthS) })}
          min={0}
          max={lengthS || 1}
          step="any"
          value={atS}
          onInput={(event) => seek(event.currentTarget.valueAsNumber)}
        />
        <span class="figure" aria-hidden="true">
          {clock(atS)} / {clock(lengthS)}
        </span>
        <select
          class="input clip-speed"
          aria-label={t('clip.speed')}
          value={speed}
          onChange={(event) => setSpeed(Number(event.currentTarget.value))}
        >
          {SPEEDS.map((s) => (
            <option key={s} value={s}>
              {number(s)}×
            </option>
          ))}
        </select>
        <button
          type="button"
          class="over-button"
          data-action="clip-full"
          aria-label={t('camera.full')}
          onClick={() => void video.current?.requestFullscreen?.().catch(() => {})}
        >
          <Icon of={maximize} />
        </button>
      </div>
    </div>
  );
}
