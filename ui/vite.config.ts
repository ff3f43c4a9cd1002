import { defineConfig, type Plugin } from 'vite';

// /player.js keeps its name, so that any page may load the player; the code stays in a hashed file
// that the page shares.
function playerEntry(): Plugin {
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

export default defineConfig({
  base: './',
  plugins: [playerEntry()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
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
