import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveError } from '../src/live/live';
import type { Control, MenuControl } from '../src/live/protocol';
import { controlsByTitle, current, isRow, isTaken } from '../src/page/camera/control_list';
import { Throttle } from '../src/page/camera/throttle';
import { ago, duration, speakOfAreas } from '../src/page/i18n';
import { complaintOf, urlOf } from '../src/page/system/add_form';
import {
  controlName,
  groupName,
  idFor,
  nobody,
  optionName,
  reasonName,
  sourceName,
  title,
} from '../src/page/terms';
import { photoName, sentence } from '../src/page/words';
import { Meter } from '../src/player/meter';

beforeAll(speakOfAreas);

describe('nobody', () => {
  it.each([
    ['lingering', 'No viewers. It will go to sleep.'],
    ['asleep', 'Nothing keeps it awake.'],
    [undefined, 'Nothing keeps it awake.'],
  ])('%s: %s', (state, text) => expect(nobody(state)).toBe(text));
});

describe('Throttle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('merges what comes while one is on its way, and ends with the newest', async () => {
    const sent: object[] = [];
    const throttle = new Throttle(
      (values) => {
        sent.push(values);
        return new Promise((resolve) => setTimeout(resolve, 250));
      },
      () => {},
    );
    for (let n = 0; n <= 10; n++) {
      throttle.push({ brightness: n });
      if (n === 5) throttle.push({ mirror: true });
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual([{ brightness: 0 }, { brightness: 10, mirror: true }]);
  });

  it('a failure is told, and does not end it', async () => {
    const told: (string | undefined)[] = [];
    let fails = true;
    const throttle = new Throttle(
      async () => {
        if (fails) throw new Error('out of range');
      },
      (error) => told.push(error?.message),
    );
    throttle.push({ a: 1 });
    await vi.advanceTimersByTimeAsync(100);
    fails = false;
    throttle.push({ a: 2 });
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual(['out of range', undefined]);
  });
});

describe('Throttle.drop', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('forgets what waits, and not what comes after', async () => {
    const sent: object[] = [];
    const throttle = new Throttle(
      async (values) => void sent.push(values),
      () => {},
    );
    throttle.push({ a: 1 });
    throttle.push({ a: 2 });
    throttle.drop();
    throttle.push({ b: 3 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([{ a: 1 }, { b: 3 }]);
  });
});

describe('controls', () => {
  const effect: MenuControl = { name: 'effect', type: 'menu', options: ['none', 'grey'] };
  const automatic: Control = { name: 'exposure_auto', type: 'bool', value: true };
  const exposure: Control = {
    name: 'exposure',
    type: 'int',
    min: 1,
    max: 9,
    value: 5,
    auto: 'exposure_auto',
  };

  it('have a value whatever the server leaves out', () => {
    expect(current(exposure)).toBe(5);
    expect(current({ name: 'x', type: 'int', min: 3, max: 9 })).toBe(3);
    expect(current({ name: 'x', type: 'bool' })).toBe(false);
    expect(current(effect)).toBe('none');
    expect(current({ ...effect, default: 'grey' })).toBe('grey');
    expect(current({ ...effect, default: 'grey', value: 'none' })).toBe('none');
  });

  it('stand under the titles of their groups; what is not known is left out', () => {
    const unknown = { name: 'x', type: 'colour' } as unknown as Control;
    const list: Control[] = [
      { ...effect, group: 'image' },
      { ...exposure, group: 'exposure' },
      { ...automatic, group: 'exposure' },
      { name: 'mirror', type: 'bool', group: 'picture' },
      unknown,
    ];
    expect(controlsByTitle(list).map(([name, those]) => [name, those.map((c) => c.name)])).toEqual([
      ['Picture', ['effect', 'mirror']],
      ['Exposure', ['exposure', 'exposure_auto']],
    ]);
  });

  it('are taken over while their auto is on, the user having the last word', () => {
    const all = [effect, automatic, exposure];
    expect(isTaken(exposure, all, {})).toBe(true);
    expect(isTaken(exposure, all, { exposure_auto: false })).toBe(false);
    expect(isTaken(exposure, [effect, { ...automatic, value: false }, exposure], {})).toBe(false);
    expect(isTaken(automatic, all, {})).toBe(false);
    expect(isTaken(exposure, [effect, exposure], {})).toBe(false); // an auto that is not there
    expect(isTaken({ ...exposure, auto: 'effect' }, all, {})).toBe(false); // or no switch
  });

  it.each([
    [['none', 'negative', 'grey'], true],
    [['a', 'b', 'c', 'd'], false],
    [['Aperture priority', 'Manual mode'], false],
    [['640x480', '1280x720'], true],
  ])('%j as a row: %s', (options, row) => {
    expect(isRow({ ...effect, options })).toBe(row);
  });
});

describe('the form for a network camera', () => {
  it.each([
    ['http://10.0.0.7:81/stream', 'http://10.0.0.7:81/stream'],
    [' HTTPS://cam.lan/x.jpg ', 'HTTPS://cam.lan/x.jpg'],
    ['192.168.1.7:81/stream', 'http://192.168.1.7:81/stream'],
    ['cam.lan/?action=stream', 'http://cam.lan/?action=stream'],
    ['rtsp://cam.lan/', 'rtsp://cam.lan/'], // which the server refuses in its own words
  ])('%j means %s', (typed, url) => expect(urlOf(typed)).toBe(url));

  it.each([
    ['exists', 'there is a camera "gate" already', 'id', /^A camera has this id already/],
    ['invalid', 'the url must begin with http:// or https://', 'url', /^The url must begin/],
    ['invalid', 'a name is 1 to 64 bytes of printable text', 'name', /^A name is/],
    ['invalid', 'an id is 1 to 32 of a-z, 0-9 and -', 'id', /^An id is/],
    ['failed', 'nothing answers at 10.0.0.7', 'url', /^Nothing answers/],
    ['not-allowed', 'what only others may do', null, /^You may not do this/],
  ])('%s: %s', (code, message, field, shown) => {
    const complaint = complaintOf(new LiveError(code, message));
    expect(complaint.field).toBe(field);
    expect(complaint.message).toMatch(shown);
  });
});

describe('Meter', () => {
  it('counts frames by the time between reports', () => {
    const meter = new Meter();
    expect(meter.fps(0)).toBe(0);
    for (let n = 0; n <= 30; n++) meter.shown(1, 20, n * 40);
    expect(meter.fps(1200)).toBeCloseTo(25, 6);
    expect(meter.frames).toBe(31);
    expect(meter.latencyMs).toBeCloseTo(20, 6);
    for (let n = 1; n <= 20; n++) meter.shown(6, null, 1200 + n * 200);
    expect(meter.fps(5200)).toBeCloseTo(30, 6);
    expect(meter.fps(99_999)).toBe(0);
  });

  it('shows no higher rate for what waited and comes at once', () => {
    const meter = new Meter();
    for (let n = 0; n <= 50; n++) meter.shown(1, 20, n * 40);
    for (let n = 0; n < 50; n++) meter.shown(1, 20, 5000 + n * 5);
    expect(meter.fps(5250)).toBeLessThanOrEqual(25);
  });

  it('knows no negative latency', () => {
    const meter = new Meter();
    meter.shown(1, -30, 0);
    expect(meter.latencyMs).toBe(0);
  });
});

describe('words', () => {
  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
    [86_400, '1 day'],
    [200_000, '2 days'],
    [-5, '0 s'],
  ])('%s s is %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('ages', () => {
    expect(ago(5)).toBe('5 s ago');
    expect(ago(3900)).toBe('1 h 5 min ago');
    expect(ago(200_000)).toBe('2 days ago');
  });

  it('names', () => {
    expect(title('white_balance')).toBe('White balance');
    expect(title('jpeg')).toBe('JPEG');
    expect(groupName('image')).toBe('Picture');
    expect(groupName('')).toBe('Camera');
    expect(groupName('white_balance')).toBe('White balance');
    expect(controlName('fps')).toBe('Frames per second');
    expect(controlName('aec_value')).toBe('Exposure');
    expect(controlName('exposure_auto')).toBe('Automatic exposure');
    expect(controlName('backlight_compensation')).toBe('Backlight compensation');
    expect(optionName('1280x720')).toBe('1280 × 720');
    expect(optionName('large_step')).toBe('Large step');
    expect(optionName('50 Hz')).toBe('50 Hz');
    expect(sourceName('v4l2')).toBe('USB camera');
    expect(sourceName('pattern')).toBe('Pattern');
    expect(sourceName(undefined)).toBe('');
    expect(sentence('another program uses it')).toBe('Another program uses it');
    expect(reasonName('viewer')).toBe('Viewers');
    expect(reasonName('new_thing')).toBe('New thing');
    expect(photoName('porch', new Date(2026, 0, 2, 3, 4, 5))).toBe('porch-2026-01-02-030405.jpg');
  });

  it.each([
    ['Gate', 'gate'],
    ['  Über der Straße!  ', 'uber-der-strasse'],
    ['Porch', 'porch-2'],
    ['庭', ''],
    ['-- --', ''],
    [`${'x'.repeat(31)} yard`, 'x'.repeat(31)],
    ['y'.repeat(40), `${'y'.repeat(30)}-3`],
  ])('the id of %j is %j', (name, id) => {
    const taken = new Set(['porch', 'y'.repeat(32), `${'y'.repeat(30)}-2`]);
    expect(idFor(name, (other) => taken.has(other))).toBe(id);
  });
});
