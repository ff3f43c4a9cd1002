// What counts as motion in front of a camera: armed or not, two numbers, and areas drawn on its last
// picture.
import { useEffect, useState } from 'preact/hooks';
import type { MotionSettings, MotionState, Zone } from '../../live/rest';
import { rest } from '../areas_server';
import { duration, t } from '../i18n';
import { Switch } from '../parts/switch';
import { second, tenSeconds } from '../store';
import { problemText } from '../words';
import { Zones } from './zones';
import './motion.css';

// Smallest sizes, percent of the picture: a slider in even steps would be all large things.
const SIZES = [0, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

function sizeStep(area: number): number {
  const step = SIZES.findIndex((size) => size >= area);
  return step < 0 ? SIZES.length - 1 : step;
}

function Slider(props: {
  id: string;
  label: string;
  value: number;
  max: number;
  shown(value: number): string;
  set(value: number): void;
}) {
  const { id, label, value, max, shown, set } = props;
  const [moved, setMoved] = useState<number | null>(null);
  return (
    <div class="control" data-control={id}>
      <label for={`motion-${id}`}>{label}</label>
      <output for={`motion-${id}`}>{shown(moved ?? value)}</output>
      <input
        id={`motion-${id}`}
        type="range"
        min={0}
        max={max}
        value={moved ?? value}
        onInput={(event) => setMoved(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          setMoved(null);
          set(event.currentTarget.valueAsNumber);
        }}
      />
    </div>
  );
}

// The settings as the server has them, and how to change some.
function useMotion(camera: string) {
  const [settings, setSettings] = useState<MotionSettings | null>(null);
  const [state, setState] = useState<MotionState | null>(null);
  const [error, setError] = useState('');
  const failed = (problem: unknown): void => setError(problemText(problem));
  useEffect(() => {
    let here = true;
    setSettings(null);
    rest.motion(camera).then((found) => here && setSettings(found), failed);
    return () => {
      here = false;
    };
  }, [camera]);
  const tick = second.value;
  const armed = settings?.armed;
  useEffect(() => {
    let here = true;
    rest.motionState(camera).then((found) => here && setState(found), failed);
    return () => {
      here = false;
    };
  }, [camera, tick, armed]);
  const change = async (some: Partial<MotionSettings>): Promise<void> => {
    setSettings((before) => before && { ...before, ...some });
    try {
      await rest.changeMotion(camera, some);
      setError('');
    } catch (problem) {
      failed(problem);
      rest.motion(camera).then(setSettings, failed); // as it is
    }
  };
  return { settings, state, error, change };
}

// What watching costs: for how long it has kept the camera awake today.
function AwakeForMotion({ camera }: { camera: string }) {
  const [awakeS, setAwakeS] = useState<number | null>(null);
  const tick = tenSeconds.value;
  useEffect(() => {
    let here = true;
    rest.awake(camera).then(
      ({ hours }) => here && setAwakeS(hours.reduce((sum, hour) => sum + (hour.motion ?? 0), 0)),
      () => here && setAwakeS(null),
    );
    return () => {
      here = false;
    };
  }, [camera, tick]);
  if (awakeS === null) return null;
  return (
    <p class="quiet" data-testid="motion-cost">
      {t('motion.cost', { time: duration(awakeS) })}
    </p>
  );
}

export function Motion({ camera }: { camera: string }) {
  const { settings, state, error, change } = useMotion(camera);
  return (
    <div class="controls" data-testid="motion">
      {settings && (
        <>
          <Switch
            id="armed"
            label={t('motion.arm')}
            on={settings.armed}
            set={(armed) => void change({ armed })}
          />
          <p class="quiet">{t('motion.awake')}</p>
          <AwakeForMotion camera={camera} />
          <Slider
            id="sensitivity"
            label={t('motion.sensitivity')}
            value={settings.sensitivity}
            max={100}
            shown={String}
            set={(sensitivity) => void change({ sensitivity })}
          />
          <Slider
            id="min_area"
            label={t('motion.smallest')}
            value={sizeStep(settings.min_area)}
            max={SIZES.length - 1}
            shown={(step) => t('motion.percent', { n: SIZES[step] ?? 0 })}
            set={(step) => void change({ min_area: SIZES[step] ?? 0 })}
          />
          <Switch
            id="busy"
            label={t('motion.busy')}
            on={settings.profile === 'busy'}
            set={(busy) => void change({ profile: busy ? 'busy' : 'normal' })}
          />
          <Zones
            camera={camera}
            zones={settings.zones}
            muted={state?.armed ? state.muted : []}
            seen={state?.seen ?? null}
            set={(zones: Zone[]) => void change({ zones })}
          />
          {state?.armed && <p class="quiet">{t('motion.events', { n: state.events })}</p>}
        </>
      )}
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
