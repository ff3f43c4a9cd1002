import { useEffect, useRef, useState } from 'preact/hooks';
import type { Live } from '../live/live';
import { live } from '../live/shared';
import type { EyelidPlayer, PlayerState, PlayerStats } from '../player/player';

// The page's connection; the component is drawn anew for every change of it or of a camera.
export function useLive(): Live {
  const [, seen] = useState(live.changes);
  useEffect(() => {
    const look = (): void => seen(live.changes);
    look(); // the connection did not wait for the page
    return live.subscribe(look);
  }, []);
  return live;
}

// Draws anew every second while something counts down.
export function useSeconds(running: boolean): void {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => redraw((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [running]);
}

export function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return hash;
}

export interface Watched {
  ref: { current: EyelidPlayer | null };
  state: PlayerState;
  stats: PlayerStats | null;
  error: string;
}

const DRAW_MS = 900; // figures that dance can't be read

// A player's state and figures.
export function usePlayer(): Watched {
  const ref = useRef<EyelidPlayer>(null);
  const [state, setState] = useState<PlayerState>('idle');
  const [stats, setStats] = useState<PlayerStats | null>(null);
  useEffect(() => {
    const player = ref.current;
    if (!player) return;
    let drawnMs = 0;
    const onState = (): void => {
      setState(player.stats.state);
      drawnMs = 0;
    };
    const onStats = (): void => {
      const now = performance.now();
      if (now - drawnMs < DRAW_MS) return;
      drawnMs = now;
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
  return { ref, state, stats, error: ref.current?.errorText ?? '' };
}
