import { createHash } from 'node:crypto'

const style =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}main{max-width:40rem;margin:4rem auto;padding:1rem}'

/** What `/` shows where no explorer was built: that the API is here all the same. */
export const absentPage = {
  html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Logboom</title>
<style>${style}</style></head>
<body><main>
<h1>Logboom</h1>
<p>The API answers here, but the explorer was not built. Build it with <code>npm run build:explorer</code> and start
query-api again, or say where it lies with <code>EXPLORER_DIR</code>.</p>
<p>The API's reference: <a href="/docs">/docs</a></p>
</main></body></html>
`,
  contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
}
