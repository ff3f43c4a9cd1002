// Plugins for vite: inlined icons, checked languages, a service worker with the list of files to
// cache.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'vite';

// `import camera from 'icon:camera'` is the content of that lucide icon's <svg>.
export function icons(): Plugin {
  const require = createRequire(import.meta.url);
  const set = require('@iconify-json/lucide/icons.json') as {
    icons: Record<string, { body: string }>;
  };
  const inside = (body: string): string => body.replace(/^<g [^>]*>/, '').replace(/<\/g>$/, '');
  return {
    name: 'eyelid-icons',
    resolveId: (id) => (id.startsWith('icon:') ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith('\0icon:')) return null;
      const name = id.slice('\0icon:'.length);
      const icon = set.icons[name];
      if (!icon) throw new Error(`lucide has no icon “${name}”`);
      return `export default ${JSON.stringify(inside(icon.body))}`;
    },
  };
}

type Message = string | Record<string, string>;
const forms = (message: Message): string[] =>
  typeof message === 'string' ? [message] : Object.values(message);
const holes = (text: string): string => [...new Set(text.match(/\{\w+\}/g))].sort().join();

// Errors in a language, compared with English; [] = none.
export function wrongWith(
  language: string,
  messages: Record<string, Message>,
  english: Record<string, Message>,
): string[] {
  const wrong: string[] = [];
  const plurals = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  for (const [key, message] of Object.entries(english)) {
    const mine = messages[key];
    if (mine === undefined) {
      wrong.push(`${language}: “${key}” is missing`);
      continue;
    }
    if (typeof mine !== typeof message) wrong.push(`${language}: “${key}” has the wrong form`);
    if (typeof mine === 'object')
      for (const category of plurals)
        if (!mine[category]) wrong.push(`${language}: “${key}” has no “${category}”`);
    const expected = holes(forms(message).join());
    if (holes(forms(mine).join()) !== expected)
      wrong.push(`${language}: “${key}” must have ${expected || 'no values'}`);
  }
  for (const key of Object.keys(messages))
    if (!(key in english)) wrong.push(`${language}: “${key}” is not used`);
  return wrong;
}

// A missing string fails the build.
export function languages(folder: string): Plugin {
  return {
    name: 'eyelid-languages',
    buildStart() {
      const read = (file: string) =>
        JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, Message>;
      const english = read('en.json');
      const wrong = readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .flatMap((file) => wrongWith(file.replace('.json', ''), read(file), english));
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    },
  };
}

// /sw.js: the service worker, with the names of the page's files.
export function shellWorker(source: string): Plugin {
  return {
    name: 'eyelid-shell-worker',
    generateBundle(_options, bundle) {
      const names = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
      const files = ['./', './icon.svg', ...names.sort().map((name) => `./${name}`)];
      const hash = createHash('sha256').update(files.join()).digest('hex').slice(0, 12);
      const text = readFileSync(source, 'utf8')
        .replace('__HASH__', hash)
        .replace('__FILES__', JSON.stringify(files));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: text });
    },
  };
}

// /player.js has a fixed name, so that any page can load the player; the code is in a hashed file
// shared with the page.
export function playerEntry(): Plugin {
  return {
    name: 'eyelid-player-entry',
    generateBundle(_options, bundle) {
      const chunk = Object.values(bundle).find((c) => c.type === 'chunk' && c.name === 'player');
      if (!chunk) throw new Error('no player chunk');
      this.emitFile({
        type: 'asset',
        fileName: 'player.js',
        source: `import './${chunk.fileName}';\n`,
      });
    },
  };
}
