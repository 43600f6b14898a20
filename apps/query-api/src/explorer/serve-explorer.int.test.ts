import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'

const page = '<!doctype html><title>Logboom</title><script type="module" src="/assets/app-Bx1.js"></script>'
const script = 'console.log(1)\n'.repeat(50)

let api: TestQueryApi
const dir = mkdtempSync(join(tmpdir(), 'logboom-explorer-'))

beforeAll(async () => {
  mkdirSync(join(dir, 'assets'))
  const scriptPath = join(dir, 'assets/app-Bx1.js')
  writeFileSync(join(dir, 'index.html'), page)
  writeFileSync(scriptPath, script)
  writeFileSync(`${scriptPath}.br`, brotliCompressSync(script))
  writeFileSync(`${scriptPath}.gz`, gzipSync(script))
  writeFileSync(join(dir, 'sources.sha256'), 'not for browsers')
  api = await openQueryApi({ EXPLORER_DIR: dir })
})

afterAll(async () => {
  await api.close()
  rmSync(dir, { recursive: true, force: true })
})

const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

function ask(path: string, headers: Record<string, string> = browser, method = 'GET'): Promise<Response> {
  return fetch(api.url + path, { headers, method })
}

describe('pages', () => {
  test.each(['/', '/search?level=ERROR&since=15m', '/agents/0c9a', '/admin/keys', '/signin'])(
    'a browser that opens %s gets the explorer',
    async (path) => {
      const answer = await ask(path)
      expect([answer.status, await answer.text()]).toEqual([200, page])
    },
  )

  test('may run their own files alone, and are framed, sniffed and told of by nobody', async () => {
    const { headers } = await ask('/')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:/)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'x-frame-options': 'DENY',
    })
  })

  test('are asked for again each time, and not sent again while they are the same', async () => {
    const first = await ask('/search')
    expect(first.headers.get('cache-control')).toBe('no-cache')
    const tag = first.headers.get('etag') ?? ''
    const revalidating = { ...browser, 'Cache-Control': 'max-age=0' } // as a browser does; fetch would say no-cache
    const again = await ask('/agents', { ...revalidating, 'If-None-Match': tag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await ask('/', { ...revalidating, 'If-None-Match': '"other"' })).status).toBe(200)
  })

  test('need a browser: a client of the API that mistakes a path is told so', async () => {
    const answer = await ask('/logs', { Accept: '*/*' })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ])
  })
})

describe('routes of the API', () => {
  test.each(['/api/v1/nothing', '/api', '/.well-known/nothing', '/ws/nothing'])(
    '%s stays a 404, whoever asks',
    async (path) => {
      const answer = await ask(path)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        404,
        'application/problem+json; charset=utf-8',
      ])
    },
  )

  test('are found before pages, and other methods than GET find no page', async () => {
    expect((await ask('/api/v1/logs')).status).toBe(401)
    expect(await (await ask('/docs')).text()).toContain('openapi.json')
    expect((await ask('/search', browser, 'POST')).status).toBe(404)
    expect((await ask('/docs', browser, 'DELETE')).status).toBe(405)
  })
})

describe('files', () => {
  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', null],
  ])('with Accept-Encoding: %s come as %s, whole, and are kept for ever', async (accepted, coding) => {
    const answer = await ask('/assets/app-Bx1.js', { 'Accept-Encoding': accepted })
    expect(await answer.text()).toBe(script)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(answer.headers.get('content-encoding')).toBe(coding)
    expect(answer.headers.get('vary')).toContain('Accept-Encoding')
  })

  test('that are not there are a 404 and no page, as a script would run neither', async () => {
    expect((await ask('/assets/old-A7.js')).status).toBe(404)
    expect((await ask('/favicon.ico', { Accept: 'image/*' })).status).toBe(404)
  })

  test.each([
    '/sources.sha256',
    '/assets/app-Bx1.js.br',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/%2e%2e/etc/passwd',
  ])('%s cannot be had: only what the browser needs is served', async (path) =>
    expect((await ask(path, { Accept: '*/*' })).status).toBe(404),
  )
})

test('a folder without an explorer is refused when it was asked for', async () => {
  await expect(openQueryApi({ EXPLORER_DIR: tmpdir() })).rejects.toThrow(
    'EXPLORER_DIR: there is no index.html',
  )
})
