// A camera's own settings: sliders and switches, in force while they are moved.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Camera, Control, IntControl, Values } from '../live/protocol';
import { live } from '../live/shared';
import { Throttle } from './throttle';
import { title } from './words';

function current(control: Control): number | boolean {
  if (control.type === 'bool') return control.value ?? control.default ?? false;
  return control.value ?? control.default ?? control.min;
}

function Slider(props: { control: IntControl; value: number; set: (value: number) => void }) {
  const { control, value, set } = props;
  const id = `control-${control.name}`;
  return (
    <div class="control" data-control={control.name}>
      <label for={id}>{title(control.name)}</label>
      <output for={id}>{value}</output>
      <input
        id={id}
        type="range"
        min={control.min}
        max={control.max}
        step={control.step ?? 1}
        value={value}
        onInput={(event) => set(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

function Switch(props: { name: string; value: boolean; set: (value: boolean) => void }) {
  const { name, value, set } = props;
  return (
    <label class="control is-switch" data-control={name}>
      <span>{title(name)}</span>
      <input
        type="checkbox"
        role="switch"
        checked={value}
        aria-checked={value}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    </label>
  );
}

const HOLD_MS = 1500; // the server's word counts again so long after the last touch

// What the user set lately, over what the server says.
function useDraft(camera: string) {
  const [draft, setDraft] = useState<Values>({});
  const [touched, setTouched] = useState(0);
  const [error, setError] = useState('');
  const throttle = useMemo(
    () =>
      new Throttle(
        (values) => live.set(camera, values),
        (problem) => setError(problem?.message ?? ''),
      ),
    [camera],
  );
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
  return { draft, set, error };
}

export function Controls({ camera }: { camera: Camera }) {
  const { draft, set, error } = useDraft(camera.id);
  const controls = camera.controls ?? [];
  if (controls.length === 0) return <p class="quiet">This camera has no settings.</p>;
  const groups = [...new Set(controls.map((control) => control.group ?? ''))];
  const defaults = Object.fromEntries(
    controls.flatMap((c) => (c.default === undefined ? [] : [[c.name, c.default]])),
  );
  return (
    <div class="controls" data-testid="controls">
      {groups.map((group) => (
        <fieldset key={group}>
          <legend>{title(group || 'camera')}</legend>
          {controls
            .filter((control) => (control.group ?? '') === group)
            .map((control) => {
              const value = draft[control.name] ?? current(control);
              return control.type === 'bool' ? (
                <Switch
                  key={control.name}
                  name={control.name}
                  value={Boolean(value)}
                  set={(on) => set({ [control.name]: on })}
                />
              ) : (
                <Slider
                  key={control.name}
                  control={control}
                  value={Number(value)}
                  set={(number) => set({ [control.name]: number })}
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
      <button type="button" class="button" data-action="defaults" onClick={() => set(defaults)}>
        Back to defaults
      </button>
    </div>
  );
}
