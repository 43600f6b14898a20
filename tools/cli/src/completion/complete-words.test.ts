import { describe, expect, test } from 'vitest'
import { buildProgram } from '../build-program.ts'
import type { Terminal } from '../terminal/open-terminal.ts'
import { completeWords } from './complete-words.ts'

const terminal: Terminal = {
  env: {},
  write: () => Promise.resolve(),
  note: () => undefined,
  outIsTerminal: false,
  notesAreTerminal: false,
  inIsTerminal: false,
  ask: () => Promise.reject(new Error('nobody to ask')),
  readInput: () => Promise.resolve(''),
}
const { program } = buildProgram(terminal)
const complete = (line: string) => completeWords(program, line.split(' '))

describe('what may stand where the cursor is', () => {
  test.each([
    ['lo', ['login', 'logout', 'logs']],
    ['agents ', ['list', 'show', 'create', 'update', 'delete']],
    ['agent s', ['show']],
    ['logs --min', ['--min-level']],
    ['logs --pro', ['--profile']],
    ['logs --min-level W', ['WARN']],
    ['logs -o ', ['text', 'json', 'csv', 'raw']],
    ['logs --output=c', ['--output=csv']],
    ['logs -o json --or', ['--order']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['nonsense x', []],
  ])('%j', (line, words) => expect(complete(line).words).toEqual(words))

  test.each([
    ['logs -a ', 'agents'],
    ['logs --agent=e', 'agents'],
    ['agents show ', 'agents'],
    ['keys issue --only-agent ', 'agents'],
    ['--profile ', 'profiles'],
    ['logs --out ', 'files'],
    ['logs -n ', null],
  ])('%j takes what only others know', (line, values) => expect(complete(line).values).toBe(values))

  test('what is not in the help is not offered', () => {
    expect(complete('').words).not.toContain('__complete')
    expect(complete('').words).toContain('retention')
  })
})
