import { defineConfig } from 'vite'

/** Where a Logboom of `npm start` answers. */
const broker = 'http://127.0.0.1:3100'

export default defineConfig({
  root: import.meta.dirname,
  // React's own transform is all that is needed; without a plugin a page reloads as a whole, which it does in no time.
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: 'dist',
    // light-dark(), which the theme is made of, is known to browsers since then
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // the policy under which the pages run knows no inline anything
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // 'use client' at the head of a module speaks to servers that render
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
  server: { proxy: { '/api': broker } },
})
