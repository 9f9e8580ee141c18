/** Build configuration: reproducible output, with Monaco and the libraries in separate chunks. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { LICENSES_FILE, licenses } from './licenses.ts';
import { trimMonaco } from './trim-monaco.ts';

/** The address of `codesensei serve` during development. */
const API = process.env.CODESENSEI_API ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [trimMonaco({ isMainBundle: true }), react(), tailwindcss(), licenses()],
  worker: { plugins: () => [trimMonaco({ isMainBundle: false })] },
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
    license: { fileName: LICENSES_FILE },
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Separate chunks keep their names when only our code changes, so browsers keep them cached.
        codeSplitting: {
          groups: [
            // Every lazy chunk imports this helper. In its own chunk it does not pull the editor into the first paint.
            { name: 'loader', test: /vite\/preload-helper/ },
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
