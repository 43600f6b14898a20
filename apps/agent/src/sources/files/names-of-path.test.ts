import { expect, test } from 'vitest'
import { namesOfPath } from './names-of-path.ts'

const host = { namespace: 'host', podName: 'h' }

test('a file is named after its host, its base name and its path', () => {
  expect(namesOfPath(host, '/var/log/app.log')).toMatchObject({
    namespace: 'host',
    podName: 'h',
    containerName: 'app.log',
    labels: { path: '/var/log/app.log' },
  })
})

test('names keep within the bounds of the wire, whatever the file system allows', () => {
  const { containerName, labels } = namesOfPath(host, `/${'ä'.repeat(120)}/${'😀'.repeat(60)}\udc00`)
  expect(Buffer.byteLength(containerName)).toBeLessThanOrEqual(63)
  expect(containerName).toBe('😀'.repeat(15))
  expect(Buffer.byteLength(labels['path'] ?? '')).toBeLessThanOrEqual(256)
  expect(labels['path']?.endsWith('😀\u{fffd}')).toBe(true)
  expect(labels['path']?.isWellFormed()).toBe(true)
})
