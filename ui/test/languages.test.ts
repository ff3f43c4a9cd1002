import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, pick } from '../src/page/i18n';
import { wrongWith } from '../vite/plugins';

const folder = new URL('../src/lang/', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const files = readdirSync(folder);

describe('languages', () => {
  it.each(files)('%s is complete', (file) => {
    expect(wrongWith(file.replace('.json', ''), read(file), read('en.json'))).toEqual([]);
  });

  it('what is missing or wrong is found', () => {
    const english = { a: 'A', b: '{n} b', c: { one: '{n} c', other: '{n} cs' }, d: 'D' };
    expect(wrongWith('de', { b: 'b', c: { other: '{n} c' }, d: 'D', e: 'E' }, english)).toEqual([
      'de: “a” is missing',
      'de: “b” must have {n}',
      'de: “c” has no “one”',
      'de: “e” is not used',
    ]);
  });

  it('every string is used', () => {
    const source = readdirSync(new URL('../src/', import.meta.url), { recursive: true })
      .filter((name) => /\.tsx?$/.test(String(name)))
      .map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8'))
      .join('\n');
    const unused = Object.keys(read('en.json')).filter(
      (key) => !source.includes(`'${key}'`) && !/^said\.(silent|offline)$/.test(key),
    );
    expect(unused).toEqual([]);
  });

  it('are named as their speakers name them', () => {
    expect(LANGUAGES.en).toBe('English');
  });

  it.each([
    [['en-GB', 'fr'], 'en'],
    [['xx'], 'en'],
    [[], 'en'],
  ])('%j: %s', (wanted, expected) => expect(pick(wanted)).toBe(expected));
});
