import { describe, expect, it } from 'vitest';
import { lineOf } from '../src/page/camera/battery';

const NOW = Date.parse('2026-11-20T13:40:00Z');

describe('the line of the battery', () => {
  it('holds a report until the next one, and ends with the last hour', () => {
    const reports = [
      { at: '2026-11-20T10:00:00Z', percent: 90 },
      { at: '2026-11-20T13:00:00Z', percent: 75 },
    ];
    expect(lineOf(reports, NOW)).toBe('M164 10H167V25H168');
  });

  it('begins at the left after a week', () => {
    expect(lineOf([{ at: '2026-11-13T14:00:00Z', percent: 40 }], NOW)).toBe('M0 60H1');
  });
});
