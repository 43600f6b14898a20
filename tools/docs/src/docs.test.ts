import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiRoutes, problemCatalogue } from '@logboom/contracts'
import { describe, expect, test } from 'vitest'
import { renderPages } from './render-pages.ts'

const root = join(import.meta.dirname, '../../..')
const pages = renderPages()
const api = pages.find(({ path }) => path === 'docs/api.md')?.text ?? ''

describe('the generated pages', () => {
  test.each(pages)('$path is what `npm run docs` writes', ({ path, text }) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text)
  })

  test.each(pages)('$path has no link to a heading that is not there', ({ text }) => {
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([])
  })

  test('every route of the product has its section with an example', () => {
    const missing = apiRoutes
      .map(({ method, path }) => `### ${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}\n`)
      .filter((heading) => !api.includes(heading))
    expect(missing).toEqual([])
    expect(api.match(/^curl /gm)).toHaveLength(apiRoutes.length)
  })

  test('every error code is explained', () => {
    const missing = Object.keys(problemCatalogue).filter((code) => !api.includes(`| \`${code}\` |`))
    expect(missing).toEqual([])
  })
})
