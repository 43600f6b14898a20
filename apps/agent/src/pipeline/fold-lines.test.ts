import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RawLine, Source } from '../sources/raw-line.ts'
import { endGroups, foldLine } from './fold-lines.ts'
import { newSource, rawLine } from './line-fixture.ts'

/** For each line its level, and the number of the line that it is folded under. */
function folded(lines: readonly string[], source: Source = newSource(), output: RawLine['output'] = null) {
  return lines.map((text, index) => {
    const { level, groupId } = foldLine(text, rawLine(source, text, { output }), String(index))
    return groupId === null ? level : [level, Number(groupId)]
  })
}

const traces: [string, string[]][] = [
  [
    'Java under a line of the log',
    [
      '2026-11-21 09:13:00,123 ERROR [main] com.acme.Foo: failed',
      'java.lang.IllegalStateException: no connection',
      '\tat com.acme.Foo.bar(Foo.java:42)',
      '    at java.base/java.lang.Thread.run(Thread.java:840)',
      'Caused by: java.net.ConnectException: refused',
      '\tSuppressed: java.io.IOException: x',
      '\t... 12 more',
    ],
  ],
  [
    'Python under a line of the log',
    [
      'ERROR:root:failed',
      'Traceback (most recent call last):',
      '  File "/app/x.py", line 3, in f',
      '    return 1 / 0',
      'ZeroDivisionError: division by zero',
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      '  File "/app/x.py", line 5, in g',
      'app.errors.Oops',
    ],
  ],
  [
    'Go',
    [
      'panic: runtime error: index out of range [5] with length 3',
      '',
      'goroutine 1 [running]:',
      'main.(*T).do(0xc000012345, {0x1, 0x2})',
      '\t/app/main.go:12 +0x1d',
      'created by main.main in goroutine 1',
      'exit status 2',
    ],
  ],
  [
    '.NET',
    [
      'Unhandled exception. System.InvalidOperationException: x',
      ' ---> System.Exception: y',
      '   at Acme.Foo.Bar() in /src/Foo.cs:line 12',
      '   --- End of inner exception stack trace ---',
      '   at Acme.Program.Main()',
    ],
  ],
  [
    'Ruby',
    [
      "/app/x.rb:12:in 'foo': boom (RuntimeError)",
      "\tfrom /app/x.rb:3:in 'bar'",
      "/app/y.rb:4:in `block in run'",
    ],
  ],
  [
    'Node',
    [
      'TypeError: x is not a function',
      '    at Object.<anonymous> (/app/x.js:1:1)',
      '    at node:internal/main/run_main_module:36:49 {',
      "  code: 'E'",
      '}',
    ],
  ],
  [
    'Rust',
    [
      "thread 'main' panicked at src/main.rs:2:5:",
      'index out of bounds: the len is 3',
      'stack backtrace:',
      '   0: std::panicking::begin_panic',
      '             at /rustc/x/library/std/src/panicking.rs:1:2',
      'note: Some details are omitted',
    ],
  ],
  ['an indented dump', ['2026-11-21 09:13:00 INFO config {', '  "a": 1,', '\t"b": 2', '}']],
]

test.each(traces)('folds %s under its first line, with its level', (_what, lines) => {
  const after = '2026-11-21 09:13:01 INFO next'
  const [first, ...rest] = folded([...lines, after])
  const last = rest.pop()
  expect(rest).toEqual(lines.slice(1).map(() => [first, 0]))
  expect(last).toBe('INFO')
})

test.each([
  ['lines of a log', ['2026-11-21 INFO a', '2026-11-21 INFO b', 'plain', 'ValueError: x', 'at noon']],
  ['objects', ['2026-11-21 ERROR a', '{"a":1}', '  {"level":"info"}', '{"b":2}', '\tat x.y(z)']],
  ['indented lines with a level of their own', ['  INFO a: started', '  WARN b: careful']],
  ['a traceback under a line that is no error', ['INFO:root:x', 'Traceback (most recent call last):']],
  ['a log that goes on within a traceback', ['Traceback (most recent call last):', 'INFO:root:x']],
  ['lines with one blank before them', [' GET /a 200', ' GET /b 200']],
])('does not fold %s', (_what, lines) => {
  expect(folded(lines).some((line) => Array.isArray(line))).toBe(false)
})

test('a gap ends a group', () => {
  const source = newSource()
  folded(['2026-11-21 ERROR a', '\tat x.y(z)'], source)
  endGroups(source.memory)
  expect(folded(['\tat x.y(z)'], source)).toEqual([null])
})

test('standard output and standard error do not mix', () => {
  const source = newSource()
  folded(['2026-11-21 ERROR a'], source, 'stderr')
  folded(['2026-11-21 INFO b'], source, 'stdout')
  expect(folded(['\tat x.y(z)'], source, 'stderr')).toEqual([['ERROR', 0]])
  expect(folded(['\tat x.y(z)'], source, 'stdout')).toEqual([['INFO', 0]])
})

test('a group has 500 lines at most, and the next one has its level', () => {
  const all = folded(['2026-11-21 ERROR a', ...Array.from({ length: 1_000 }, () => '\tat x.y(z)')])
  expect(all[499]).toEqual(['ERROR', 0])
  expect(all[500]).toBe('ERROR')
  expect(all[501]).toEqual(['ERROR', 500])
})

test('the rest of a line belongs to its beginning, or to the group of that', () => {
  const source = newSource()
  const fold = (text: string, id: string, continues: string | null) =>
    foldLine(text, rawLine(source, text, { continues }), id)
  fold('2026-11-21 WARN beg', 'a', null)
  expect(fold('in ERROR', 'b', 'a')).toEqual({ level: 'WARN', groupId: 'a' })
  expect(fold('\tat x', 'c', null)).toEqual({ level: 'WARN', groupId: 'a' })
  expect(fold('.y(z)', 'd', 'c')).toEqual({ level: 'WARN', groupId: 'a' })
})

test('folding does not depend on where reading was interrupted', () => {
  const pool = [
    ...traces.flatMap(([, lines]) => lines),
    '{"level":"info"}',
    '2026-11-21 INFO a',
    '2026-11-21 WARN b',
  ]
  const holds = fc.property(
    fc.array(fc.constantFrom(...pool), { maxLength: 60 }),
    fc.nat(60),
    (lines, at) => {
      const source = newSource()
      const ids = lines.map((_, index) => String(index))
      const read = (from: Source, texts: string[], names: string[]) =>
        texts.map((text, index) => foldLine(text, rawLine(from, text), names[index] ?? ''))
      const first = read(source, lines.slice(0, at), ids.slice(0, at))
      const resumed = { ...newSource(), memory: structuredClone(source.memory) }
      const rest = read(resumed, lines.slice(at), ids.slice(at))
      expect([...first, ...rest]).toEqual(read(newSource(), lines, ids))
    },
  )
  fc.assert(holds, { numRuns: 500 })
})

test.each(['\t', ' ', '(', 'a(', 'at ', '{', 'x.rb:1', 'a.', "thread '"])(
  'takes linear time for a line of %s',
  (piece) => {
    const source = newSource()
    folded(['panic: x', 'goroutine 1 [running]:'], source)
    const text = piece.repeat(262_144 / piece.length)
    const startedMs = performance.now()
    folded([text, text], source)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  },
)
