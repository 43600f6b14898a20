import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, test } from 'vitest'
import { serveExplorer } from './serve-explorer.ts'

test('where no explorer was built, `/` says what to do and no other page is there', async () => {
  const server = express().use(serveExplorer(undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  expect([answer.status, await answer.text()]).toEqual([
    200,
    expect.stringContaining('npm run build:explorer'),
  ])
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect((await fetch(`http://127.0.0.1:${port}/search`)).status).toBe(404)
  server.close()
})
