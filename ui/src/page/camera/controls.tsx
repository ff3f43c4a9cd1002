// A camera's settings: sliders, switches and menus, which apply while being moved.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Camera, Control, IntControl, MenuControl, Value, Values } from '../../live/protocol';
import { live } from '../../live/shared';
import { t } from '../i18n';
import { tell } from '../parts/announcer';
import { controlName, optionName } from '../terms';
import { problemText } from '../words';
import { controlsByTitle, current, isRow, isTaken } from './control_list';
import { Throttle } from './throttle';
import './controls.css';

interface ControlProps<Of extends Control, Is extends Value> {
  control: Of;
  value: Is;
  taken: boolean; // something else sets it
  set(value: Is): void;
}

const idOf = (control: Control): string => `control-${control.name}`;

// Says why a control cannot be moved.
const Taken = ({ taken }: { taken: boolean }) =>
  taken ? <span class="taken">{t('control.taken')}</span> : null;

function Slider({ control, value, taken, set }: ControlProps<IntControl, number>) {
  const id = idOf(control);
  return (
    <div class="control" data-control={control.name}>
      <label for={id}>
        {controlName(control.name)} <Taken taken={taken} />
      </label>
      <output for={id}>{value}</output>
      <input
        id={id}
        type="range"
        min={control.min}
        max={control.max}
        step={control.step ?? 1}
        value={value}
        disabled={taken}
        onInput={(event) => set(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

function Switch({ control, value, taken, set }: ControlProps<Control, boolean>) {
  return (
    <label class="control is-switch" data-control={control.name}>
      <span>
        {controlName(control.name)} <Taken taken={taken} />
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={value}
        aria-checked={value}
        disabled={taken}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    </label>
  );
}

function Menu({ control, value, taken, set }: ControlProps<MenuControl, string>) {
  const id = idOf(control);
  return (
    <div class="control is-menu" data-control={control.name}>
      <label for={id}>
        {controlName(control.name)} <Taken taken={taken} />
      </label>
      <select
        id={id}
        value={value}
        disabled={taken}
        onChange={(event) => set(event.currentTarget.value)}
      >
        {control.options.map((option) => (
          <option key={option} value={option}>
            {optionName(option)}
          </option>
        ))}
      </select>
    </div>
  );
}

// A menu short enough to show all its options.
function Row({ control, value, taken, set }: ControlProps<MenuControl, string>) {
  const id = idOf(control);
  return (
    <div
      class="control is-row"
      role="radiogroup"
      aria-labelledby={id}
      aria-disabled={taken}
      data-control={control.name}
    >
      <span id={id}>
        {controlName(control.name)} <Taken taken={taken} />
      </span>
      <div class="segments">
        {control.options.map((option) => (
          <label key={option}>
            <input
              type="radio"
              name={id}
              value={option}
              checked={option === value}
              disabled={taken}
              onChange={() => set(option)}
            />
            <span>{optionName(option)}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

function OneControl({ control, value, taken, set }: ControlProps<Control, Value>) {
  const shared = { taken, set };
  switch (control.type) {
    case 'int':
      return <Slider control={control} value={Number(value)} {...shared} />;
    case 'bool':
      return <Switch control={control} value={Boolean(value)} {...shared} />;
    case 'menu':
      return isRow(control) ? (
        <Row control={control} value={String(value)} {...shared} />
      ) : (
        <Menu control={control} value={String(value)} {...shared} />
      );
  }
}

const HOLD_MS = 1500; // the server's values are shown again this long after the last change

// Values that the user has just set override the server's.
function useDraft(camera: string) {
  const [draft, setDraft] = useState<Values>({});
  const [touched, setTouched] = useState(0);
  const [error, setError] = useState('');
  const throttle = useMemo(
    () =>
      new Throttle(
        (values) => live.set(camera, values),
        (problem) => setError(problem ? problemText(problem) : ''),
      ),
    [camera],
  );
  useEffect(() => live.onSetting(camera, setError), [camera]);
  useEffect(() => {
    if (touched === 0) return;
    const timer = setTimeout(() => setDraft({}), HOLD_MS);
    return () => clearTimeout(timer);
  }, [touched]);
  const set = (values: Values): void => {
    setDraft((before) => ({ ...before, ...values }));
    setTouched((n) => n + 1);
    throttle.push(values);
  };
  const reset = async (): Promise<void> => {
    throttle.drop();
    setDraft({});
    try {
      await live.reset(camera);
      setError('');
      tell(t('settings.reset.done'));
    } catch (problem) {
      setError(problemText(problem));
    }
  };
  return { draft, set, reset, error };
}

export function Controls({ camera }: { camera: Camera }) {
  const { draft, set, reset, error } = useDraft(camera.id);
  const controls = camera.controls ?? [];
  if (controls.length === 0) return <p class="quiet">{t('settings.none')}</p>;
  return (
    <div class="controls" data-testid="controls">
      {controlsByTitle(controls).map(([title, those]) => (
        <fieldset key={title}>
          <legend>{title}</legend>
          {those.map((control) => {
            const taken = isTaken(control, controls, draft);
            const drafted = taken ? undefined : draft[control.name];
            return (
              <OneControl
                key={control.name}
                control={control}
                value={drafted ?? current(control)}
                taken={taken}
                set={(value) => set({ [control.name]: value })}
              />
            );
          })}
        </fieldset>
      ))}
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <button type="button" class="button" data-action="defaults" onClick={() => void reset()}>
        {t('settings.reset')}
      </button>
    </div>
  );
}
