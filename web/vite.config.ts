/** How the page is built: the same files from the same sources, with Monaco and the libraries in chunks of their own. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { LICENSES, licenses } from './licenses.ts';
import { monacoDiet } from './monaco-diet.ts';

/** Where `codesensei serve` is while the page is developed. */
const API = process.env.CODESENSEI_API ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [monacoDiet({ isWhole: true }), react(), tailwindcss(), licenses()],
  worker: { plugins: () => [monacoDiet({ isWhole: false })] },
  server: {
    port: 5173,
    strictPort: true,
    proxy: { '/api': { target: API, rewrite: (path) => path.replace(/^\/api/, '') } },
  },
  test: { environment: 'jsdom', include: ['*.test.ts', 'src/**/*.test.{ts,tsx}'] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4096,
    license: { fileName: LICENSES },
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // A change of our code leaves these files, and so their names and what browsers keep of them, as they are.
        codeSplitting: {
          groups: [
            // Used by every chunk that loads another: it must not drag the editor into the first paint.
            { name: 'loader', test: /vite\/preload-helper/ },
            // Each language is a chunk of its own.
            {
              name: 'monaco',
              test: /node_modules\/monaco-editor\/esm\/vs\/(?!languages\/definitions\/[^/]+\/(?!register))/,
            },
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack)\// },
            {
              name: 'markdown',
              test: /node_modules\/(react-markdown|rehype|remark|micromark|mdast|hast|unist|unified|vfile)/,
            },
          ],
        },
      },
    },
  },
});
