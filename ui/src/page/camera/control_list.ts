// How a camera's controls are grouped and shown; no rendering.
import type { Control, MenuControl, Value, Values } from '../../live/protocol';
import { groupName, optionName } from '../terms';

const TYPES = new Set<string>(['int', 'bool', 'menu']); // a newer server may have more
const ROW_OPTIONS = 3;
const ROW_LETTERS = 24; // of all options together: fits the width of a phone

export function current(control: Control): Value {
  switch (control.type) {
    case 'int':
      return control.value ?? control.default ?? control.min;
    case 'bool':
      return control.value ?? control.default ?? false;
    case 'menu':
      return control.value ?? control.default ?? control.options[0] ?? '';
  }
}

// By the titles of their groups, groups and controls in the camera's order.
export function controlsByTitle(controls: Control[]): [string, Control[]][] {
  const titles = new Map<string, Control[]>();
  for (const control of controls) {
    if (!TYPES.has(control.type)) continue;
    const title = groupName(control.group ?? '');
    titles.set(title, [...(titles.get(title) ?? []), control]);
  }
  return [...titles];
}

// True while another control, as just set by the user or as in the camera, overrides this one.
export function isTaken(control: Control, controls: Control[], draft: Values): boolean {
  const owner = controls.find(({ name, type }) => name === control.auto && type === 'bool');
  return owner !== undefined && Boolean(draft[owner.name] ?? current(owner));
}

// A menu that can be shown as a row of buttons.
export function isRow({ options }: MenuControl): boolean {
  const letters = options.reduce((sum, option) => sum + optionName(option).length, 0);
  return options.length <= ROW_OPTIONS && letters <= ROW_LETTERS;
}
