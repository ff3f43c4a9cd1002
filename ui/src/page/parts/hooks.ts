import { useEffect, useRef, useState } from 'preact/hooks';
import type { KnownCamera } from '../../live/live';
import { live } from '../../live/shared';
import type { EyelidPlayer, PlayerState, PlayerStats } from '../../player/player';
import { say } from '../i18n';
import { type Facts, type Said, saidOf } from '../said';
import { connection, paused, tenSeconds } from '../store';
import { nameOf } from '../words';
import { announce } from './announcer';

export interface Watched {
  ref: { current: EyelidPlayer | null };
  state: PlayerState;
  stats: PlayerStats | null;
  hasPicture: boolean; // live, or the last one
}

const DRAW_MS = 900; // figures that change faster cannot be read
const BEHIND_MS = 700; // below this, only the figures change

// A player's state and figures. figures: they are shown, so each change must be rendered.
export function usePlayer(figures: boolean): Watched {
  const ref = useRef<EyelidPlayer>(null);
  const wanted = useRef(figures);
  wanted.current = figures;
  const [state, setState] = useState<PlayerState>('idle');
  const [stats, setStats] = useState<PlayerStats | null>(null);
  const [hasPicture, setHasPicture] = useState(false);
  useEffect(() => {
    const player = ref.current;
    if (!player) return;
    let drawnMs = 0;
    const onState = (): void => {
      setState(player.stats.state);
      setHasPicture(player.stats.pictureMs !== null);
      drawnMs = 0;
    };
    let wasBehind = false;
    const onStats = (): void => {
      const now = performance.now();
      setHasPicture(player.stats.pictureMs !== null);
      const isBehind = (player.stats.latencyMs ?? 0) > BEHIND_MS;
      if (now - drawnMs < DRAW_MS || !(wanted.current || isBehind || wasBehind)) return;
      drawnMs = now;
      wasBehind = isBehind;
      setStats(player.stats);
    };
    onState();
    player.addEventListener('state', onState);
    player.addEventListener('stats', onStats);
    return () => {
      player.removeEventListener('state', onState);
      player.removeEventListener('stats', onStats);
    };
  }, []);
  return { ref, state, stats, hasPicture };
}

export function factsOf(known: KnownCamera, watched: Watched): Facts {
  const nowMs = performance.now();
  return {
    connection: connection.value,
    quietMs: nowMs - live.heardMs,
    known,
    paused: paused.value,
    player: watched.state,
    stats: watched.stats,
    errorType: watched.ref.current?.errorType ?? '',
    nowMs,
    wallMs: Date.now(),
  };
}

// The camera's state in words, which is also announced to screen readers.
export function useSaid(known: KnownCamera, watched: Watched): { said: Said; facts: Facts } {
  const before = useRef<Said | null>(null);
  const facts = factsOf(known, watched);
  const said = saidOf(facts, before.current);
  before.current = said;
  if (said.state !== 'live') tenSeconds.value; // ages grow
  const name = nameOf(known);
  const word = say(said.word);
  // The banner announces a lost connection once, so the cameras do not.
  const told = said.state === 'reconnecting' ? '' : `${name}: ${word}`;
  useEffect(() => {
    if (told) announce(known.camera.id, told);
  }, [known.camera.id, told]);
  return { said, facts };
}

// True while the media query matches.
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = (): void => setMatches(list.matches);
    changed();
    list.addEventListener('change', changed);
    return () => list.removeEventListener('change', changed);
  }, [query]);
  return matches;
}

export interface Size {
  width: number;
  height: number;
}

// The inner size of an element, updated when it changes.
export function useSize<E extends HTMLElement>(): [{ current: E | null }, Size] {
  const ref = useRef<E>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = (): void => {
      const next = { width: element.clientWidth, height: element.clientHeight };
      setSize((last) => (last.width === next.width && last.height === next.height ? last : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
