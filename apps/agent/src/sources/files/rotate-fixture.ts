import { spawnSync } from 'node:child_process'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface RotateHow {
  /** The newest one stays as it is. */
  delays: boolean
  /** `app.log-20261121` rather than `app.log.1`. */
  isDated: boolean
}

const program = ['/usr/sbin/logrotate', '/usr/bin/logrotate'].find((path) => existsSync(path))

/** Who rotates here: the real program where it is installed, else the same renames. */
export const rotator = program === undefined ? 'renames as logrotate does them' : 'the real logrotate'

let rotations = 0

/** Rotates a log as `logrotate` with `compress` and `create` does. */
export function rotateLog(path: string, how: RotateHow): void {
  rotations += 1
  if (program === undefined) rotateByHand(path, how)
  else rotateByProgram(program, path, how)
}

function rotateByProgram(command: string, path: string, { delays, isDated }: RotateHow): void {
  const directory = dirname(path)
  const config = join(directory, 'rotate.conf')
  const lines = ['rotate 9', 'create', 'compress', ...(delays ? ['delaycompress'] : [])]
  // Each rotation of a test is a day of its own.
  if (isDated) lines.push('dateext', `dateformat -202611${String(rotations % 100).padStart(2, '0')}`)
  writeFileSync(config, `${path} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`, { mode: 0o600 })
  const { status, stderr } = spawnSync(command, ['-f', '-s', join(directory, 'rotate.state'), config])
  if (status !== 0) throw new Error(stderr.toString())
}

function rotateByHand(path: string, { delays, isDated }: RotateHow): void {
  const directory = dirname(path)
  const old = readdirSync(directory)
    .filter((name) => name.startsWith(`${basename(path)}.`))
    .sort()
    .toReversed()
  for (const name of isDated ? [] : old) {
    const next = name.replace(/\.(\d)(\.gz)?$/, (_, n: string, gz = '') => `.${Number(n) + 1}${gz}`)
    renameSync(join(directory, name), join(directory, next))
  }
  const rotated = isDated ? `${path}-202611${String(rotations % 100).padStart(2, '0')}` : `${path}.1`
  renameSync(path, rotated)
  writeFileSync(path, '')
  const plain = readdirSync(directory)
    .map((name) => join(directory, name))
    .filter((file) => file !== path && file.startsWith(path) && !file.endsWith('.gz'))
  for (const file of plain) if (!delays || file !== rotated) compress(file)
}

function compress(path: string): void {
  const { atime, mtime } = statSync(path)
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
  utimesSync(`${path}.gz`, atime, mtime)
  rmSync(path)
}
