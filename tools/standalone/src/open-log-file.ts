import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'

const BYTES_MAX = 32 * 1024 * 1024

/**
 * Appends to a file, which is set aside as `<path>.1` when it has 32 MiB. Written before `write` returns: the last line
 * of a process that ends is the one that tells why. What a full disk refuses is lost.
 */
export function openLogFile(path: string, onLine: (line: string) => void): Writable {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let file = openSync(path, 'a', 0o600)
  const append = (line: string) => {
    if (fstatSync(file).size > BYTES_MAX) {
      closeSync(file)
      renameSync(path, `${path}.1`)
      file = openSync(path, 'a', 0o600)
    }
    writeSync(file, line)
  }
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      const line = String(chunk)
      try {
        append(line)
      } catch {
        // There is no other place to say it, and the services go on without their log.
      }
      onLine(line)
      done()
    },
  })
}
