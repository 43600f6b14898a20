import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessOf } from './file-access.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'logboom-access-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** A path on no file system at all is not known to be local. */
test.each(['local', 'unknown'])(
  'a file of a file system that is %s is looked at and read from where it was left',
  async (kind) => {
    const path = join(dir, 'app.log')
    writeFileSync(path, 'one\ntwo\n')
    const handle = await open(path, 'r')
    try {
      const access = await accessOf(handle, kind === 'local' ? path : join(dir, 'nowhere'))
      const before = await access.look()
      expect(before.size).toBe(8)
      const buffer = Buffer.alloc(16)
      expect(await access.read(buffer, 16, 4)).toBe(4)
      expect(buffer.toString('utf8', 0, 4)).toBe('two\n')
      writeFileSync(path, 'one\ntwo\nthree\n')
      const after = await access.look()
      expect(after.size).toBe(14)
      expect(after.modifiedNs).toBeGreaterThanOrEqual(before.modifiedNs)
      expect(await access.read(buffer, 3, 8)).toBe(3)
      expect(await access.read(buffer, 16, 14)).toBe(0)
    } finally {
      await handle.close()
    }
  },
)

test.runIf(process.platform === 'linux')(
  'a file system that is not known to be local keeps nobody waiting while it reads',
  async () => {
    const handle = await open('/proc/self/status', 'r')
    try {
      const access = await accessOf(handle, '/proc/self/status')
      expect(access.look()).toBeInstanceOf(Promise)
      expect(await access.read(Buffer.alloc(5), 5, 0)).toBe(5)
    } finally {
      await handle.close()
    }
  },
)
