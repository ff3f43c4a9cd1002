import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { icons, languages, playerEntry, shellWorker } from './vite/plugins.ts';

export default defineConfig({
  base: './',
  plugins: [
    icons(),
    languages(fileURLToPath(new URL('src/lang', import.meta.url))),
    languages(fileURLToPath(new URL('src/lang/areas', import.meta.url))),
    playerEntry(),
    shellWorker(fileURLToPath(new URL('src/worker/shell.js', import.meta.url))),
  ],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'], // light-dark() is not transformed
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: { index: 'index.html', view: 'view.html', player: 'src/player/player.ts' },
    },
  },
  server: {
    proxy: {
      '/api': { target: 'http://127.0.0.1:8080', ws: true },
      '/hls': 'http://127.0.0.1:8080',
      '/snapshot': 'http://127.0.0.1:8080',
      '/stream': 'http://127.0.0.1:8080',
    },
  },
  test: { include: ['test/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
