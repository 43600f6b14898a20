import { describe, expect, test } from 'vitest'
import { readOptions } from './options.ts'
import type { Options } from './options.ts'

function optionsOf(args: string[], calledFrom?: string): Options {
  const read = readOptions(args, '/repo', calledFrom)
  if ('text' in read) throw new Error(read.text)
  return read.options
}

function refusalOf(args: string[]): string {
  const read = readOptions(args, '/repo')
  if (!('text' in read)) throw new Error('was not refused')
  expect(read.exitCode).toBe(2)
  return read.text
}

describe('the options of npm start', () => {
  test('without any, the API is on port 3100 of this machine alone and the data lie in the repository', () => {
    const places = { port: 3100, host: '127.0.0.1', dataDir: '/repo/.logboom' }
    const sources = { follow: [], docker: false, kubernetes: false }
    expect(optionsOf([])).toEqual({ ...places, ...sources, verbose: false })
  })

  test('--docker and --kubernetes add what there is on this machine and in the current cluster', () => {
    expect(optionsOf(['--docker', '--kubernetes'])).toMatchObject({ docker: true, kubernetes: true })
  })

  test('--follow may be given often, and a relative path starts where npm was called', () => {
    const { follow } = optionsOf(['--follow', '/var/log/*.log', '--follow=app,1.log'], '/home/me')
    expect(follow).toEqual(['/var/log/*.log', '/home/me/app,1.log'])
  })

  test('--data starts where npm was called', () => {
    expect(optionsOf(['--data', 'try'], '/home/me').dataDir).toBe('/home/me/try')
  })

  test('--help answers with every option and success', () => {
    const read = readOptions(['--help'], '/repo')
    expect(read).toMatchObject({ exitCode: 0 })
    for (const option of [
      '--follow',
      '--docker',
      '--kubernetes',
      '--port',
      '--host',
      '--data',
      '--verbose',
    ]) {
      expect(read).toHaveProperty('text', expect.stringContaining(option))
    }
  })

  test.each(['65536', '-1', '3e3', ' 80', '', 'http'])('port %j is refused by name', (port) => {
    expect(refusalOf([`--port=${port}`])).toContain('--port must be a number from 0 to 65535')
  })

  test('an unknown option is refused by name, without advice that does not apply', () => {
    expect(refusalOf(['--prot', '80'])).toBe(
      "logboom: Unknown option '--prot'\nlogboom: see npm start -- --help\n",
    )
  })

  test('a pattern that the shell expanded is refused with the way to quote it', () => {
    expect(refusalOf(['--follow', 'a.log', 'b.log'])).toContain(
      "'b.log' belongs to no option; quote patterns",
    )
  })

  test.each(['--host=', '--data=', '--follow='])('%s must not be empty', (option) => {
    expect(refusalOf([option])).toContain(`${option.slice(0, -1)} must not be empty`)
  })
})
