import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ago, LANGUAGES, pick, speak, speakOfAreas, t } from '../src/page/i18n';
import { wrongWith } from '../vite/plugins';

const folder = new URL('../src/lang/', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

// The files that index.html loads at once: what main.tsx imports, and what that imports.
function loadedAtOnce(): string {
  const texts = new Map<string, string>();
  const follow = (url: URL): void => {
    if (texts.has(url.href)) return;
    const text = readFileSync(url, 'utf8');
    texts.set(url.href, text);
    for (const [, from] of text.matchAll(/^(?:import|export)\b(?! type)[^;]*?'(\.[^']+)';/gm))
      for (const ending of ['.ts', '.tsx']) {
        const next = new URL(from + ending, url);
        if (existsSync(next)) follow(next);
      }
  };
  follow(new URL('../src/page/main.tsx', import.meta.url));
  expect(texts.size).toBeGreaterThan(30);
  return [...texts.values()].join('\n');
}

describe('languages', () => {
  it.each(files)('%s is complete', (file) => {
    const language = file.replace('.json', '');
    expect(wrongWith(language, read(file), read('en.json'))).toEqual([]);
    expect(wrongWith(language, read(`areas/${file}`), read('areas/en.json'))).toEqual([]);
  });

  it('what is loaded at once has its strings at once, and no others', () => {
    const source = loadedAtOnce();
    const used = (key: string): boolean => source.includes(`'${key}'`);
    expect(Object.keys(read('areas/en.json')).filter(used)).toEqual([]);
    const later = Object.keys(read('en.json')).filter((key) => !used(key));
    expect(later.filter((key) => !/^said\.(silent|offline)$/.test(key))).toEqual([]);
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
    await speakOfAreas();
    const said: Record<string, string[]> = {};
    for (const tag of Object.keys(LANGUAGES)) {
      await speak(tag);
      said[tag] = [t('found.note', { n: 1 }), t('found.note', { n: 2 }), ago(300), ago(172_800)];
      said[tag].push(t('add.yes'));
    }
    await speak('en');
    expect(said).toEqual({
      en: ['1 new camera', '2 new cameras', '5 min ago', '2 days ago', 'Add'],
      de: ['1 neue Kamera', '2 neue Kameras', 'vor 5 min', 'vor 2 Tagen', 'Hinzufügen'],
      es: ['1 cámara nueva', '2 cámaras nuevas', 'hace 5 min', 'hace 2 días', 'Añadir'],
      fr: ['1 nouvelle caméra', '2 nouvelles caméras', 'il y a 5 min', 'il y a 2 jours', 'Ajouter'],
      ja: ['新しいカメラ 1 台', '新しいカメラ 2 台', '5 分前', '2 日前', '追加'],
    });
  });

  it('every string is used', () => {
    const source = readdirSync(new URL('../src/', import.meta.url), { recursive: true })
      .filter((name) => /\.tsx?$/.test(String(name)))
      .map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8'))
      .join('\n');
    const unused = Object.keys({ ...read('en.json'), ...read('areas/en.json') }).filter(
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
