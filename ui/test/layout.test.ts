import { describe, expect, it } from 'vitest';
import { EMPTY, layoutOf, moved, ordered, visible, withMember } from '../src/page/wall/layout';

const layout = {
  order: ['c', 'gone', 'a'],
  hidden: ['b'],
  groups: [{ name: 'Garden', cameras: ['b', 'a'] }],
};

describe('layout', () => {
  it('orders what was arranged first, then the new ones', () => {
    expect(ordered(layout, ['a', 'b', 'c', 'd'])).toEqual(['c', 'a', 'b', 'd']);
    expect(ordered(EMPTY, ['b', 'a'])).toEqual(['b', 'a']);
  });

  it('hides cameras, except in a group that has them', () => {
    expect(visible(layout, ['a', 'b', 'c', 'd'], null)).toEqual(['c', 'a', 'd']);
    expect(visible(layout, ['a', 'b', 'c', 'd'], 'Garden')).toEqual(['a', 'b']);
    expect(visible(layout, ['a', 'b'], 'no such group')).toEqual(['a']);
  });

  it('moves, within the bounds', () => {
    expect(moved(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 'b', 99)).toEqual(['a', 'c', 'b']);
  });

  it('adds to and takes from groups', () => {
    expect(withMember(layout, 'Garden', 'c').groups[0]?.cameras).toEqual(['b', 'a', 'c']);
    expect(withMember(layout, 'Garden', 'a').groups[0]?.cameras).toEqual(['b']);
  });

  it.each([
    [null],
    [{}],
    ['x'],
    [{ order: 5, hidden: [1], groups: [{ name: '' }, 7] }],
  ])('takes %j for no layout', (value) => expect(layoutOf(value)).toEqual(EMPTY));
  it('reads what it wrote', () => {
    expect(layoutOf(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
  });
});
