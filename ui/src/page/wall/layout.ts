// The owner's arrangement of the wall: order, hidden cameras, groups. Pure.

export interface Group {
  name: string;
  cameras: string[];
}

export interface Layout {
  order: string[];
  hidden: string[];
  groups: Group[];
}

export const EMPTY: Layout = { order: [], hidden: [], groups: [] };

// Cameras in their order; those never arranged follow in the given order.
export function ordered(layout: Layout, ids: string[]): string[] {
  const place = new Map(layout.order.map((id, i) => [id, i]));
  const rank = (id: string): number => place.get(id) ?? layout.order.length;
  return [...ids].sort((a, b) => rank(a) - rank(b));
}

// The cameras on the wall: all but the hidden ones, or those of one group.
export function visible(layout: Layout, ids: string[], group: string | null): string[] {
  const members = layout.groups.find(({ name }) => name === group)?.cameras;
  return ordered(layout, ids).filter((id) =>
    members ? members.includes(id) : !layout.hidden.includes(id),
  );
}

export function moved(ids: string[], id: string, to: number): string[] {
  const rest = ids.filter((other) => other !== id);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, id);
  return rest;
}

export const toggled = (list: string[], id: string): string[] =>
  list.includes(id) ? list.filter((other) => other !== id) : [...list, id];

// Adds the camera to the group, or removes it from there.
export function withMember(layout: Layout, name: string, id: string): Layout {
  const groups = layout.groups.map((group) =>
    group.name === name ? { ...group, cameras: toggled(group.cameras, id) } : group,
  );
  return { ...layout, groups };
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

// Reads the stored layout; a newer page may have written other members.
export function layoutOf(value: unknown): Layout {
  const { order, hidden, groups } = (value ?? {}) as Record<string, unknown>;
  return {
    order: texts(order),
    hidden: texts(hidden),
    groups: (Array.isArray(groups) ? groups : []).flatMap((group: unknown) => {
      const { name, cameras } = (group ?? {}) as Record<string, unknown>;
      return typeof name === 'string' && name ? [{ name, cameras: texts(cameras) }] : [];
    }),
  };
}
