// The role of a user or token, and its cameras.
import type { Role } from '../../live/rest';
import { type Key, t } from '../i18n';
import { cameras } from '../store';
import { allIds } from '../wall/arrangement';
import { nameOf } from '../words';

export interface Rights {
  role: Role;
  cameras: string[] | null; // null = all
}

const ROLES: readonly [Role, Key, Key][] = [
  ['viewer', 'role.viewer', 'role.viewer.what'],
  ['operator', 'role.operator', 'role.operator.what'],
  ['admin', 'role.admin', 'role.admin.what'],
];

const nameOfId = (id: string): string => {
  const known = cameras.value.get(id);
  return known ? nameOf(known) : id;
};

export function roleName(role: Role): string {
  const key = ROLES.find(([name]) => name === role)?.[1];
  return key ? t(key) : role;
}

export function camerasText(ids: string[] | null): string {
  return ids === null ? t('rights.all') : ids.map(nameOfId).join(', ');
}

export function RightsFields({ rights, set }: { rights: Rights; set(next: Rights): void }) {
  // The list may contain removed cameras.
  const ids = [...new Set([...allIds.value, ...(rights.cameras ?? [])])];
  const chosen = new Set(rights.cameras);
  const toggle = (id: string): void => {
    const next = ids.filter((each) => chosen.has(each) !== (each === id));
    set({ ...rights, cameras: next });
  };
  return (
    <>
      <fieldset class="field rights">
        <legend>{t('rights.role')}</legend>
        {ROLES.map(([role, name, what]) => (
          <label key={role} class="option">
            <input
              type="radio"
              name="role"
              value={role}
              checked={rights.role === role}
              onChange={() => set({ ...rights, role })}
            />
            <span>
              {t(name)} <span class="quiet">{t(what)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset class="field rights">
        <legend>{t('rights.cameras')}</legend>
        <label class="option">
          <input
            type="checkbox"
            name="all-cameras"
            checked={rights.cameras === null}
            onChange={() => set({ ...rights, cameras: rights.cameras === null ? [] : null })}
          />
          <span>{t('rights.all')}</span>
        </label>
        {rights.cameras !== null &&
          ids.map((id) => (
            <label key={id} class="option is-inner">
              <input
                type="checkbox"
                name="camera"
                value={id}
                checked={chosen.has(id)}
                onChange={() => toggle(id)}
              />
              <span>{nameOfId(id)}</span>
            </label>
          ))}
      </fieldset>
    </>
  );
}
