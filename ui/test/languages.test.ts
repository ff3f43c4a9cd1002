import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ago, LANGUAGES, pick, speak, t } from '../src/page/i18n';
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

  it('count, and say times, as they do', async () => {
    globalThis.document = { documentElement: {} } as Document;
    const said: Record<string, string[]> = {};
    for (const tag of Object.keys(LANGUAGES)) {
      await speak(tag);
      said[tag] = [t('found.note', { n: 1 }), t('found.note', { n: 2 }), ago(300), ago(172_800)];
    }
    await speak('en');
    expect(said).toEqual({
      en: ['1 new camera', '2 new cameras', '5 min ago', '2 days ago'],
      de: ['1 neue Kamera', '2 neue Kameras', 'vor 5 min', 'vor 2 Tagen'],
      es: ['1 cámara nueva', '2 cámaras nuevas', 'hace 5 min', 'hace 2 días'],
      fr: ['1 nouvelle caméra', '2 nouvelles caméras', 'il y a 5 min', 'il y a 2 jours'],
      ja: ['新しいカメラ 1 台', '新しいカメラ 2 台', '5 分前', '2 日前'],
    });
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
    expect(LANGUAGES).toEqual({
      en: 'English',
      de: 'Deutsch',
      es: 'Español',
      fr: 'Français',
      ja: '日本語',
    });
  });

  it.each([
    [['de-AT', 'en'], 'de'],
    [['xx', 'fr-CA'], 'fr'],
    [['xx'], 'en'],
    [['JA'], 'ja'],
    [[], 'en'],
  ])('%j: %s', (wanted, expected) => expect(pick(wanted)).toBe(expected));
});
