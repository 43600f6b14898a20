import type { StoredEntry } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvCell, csvColumns } from './csv-format.ts'
import { readCsv } from './csv-fixture.ts'
import { openFormat } from './export-format.ts'
import type { ExportFormatName } from './export-format.ts'
import { terminalText } from './terminal-text.ts'

const entry: StoredEntry = {
  id: '0197c1c8-0000-8000-8000-000000000001',
  timestamp: '2026-01-02T03:04:05.123456789Z',
  namespace: 'shop',
  pod_name: 'web-1',
  container_name: 'app',
  level: 'INFO',
  message: 'hello',
  agent_id: '0197c1c8-0000-8000-8000-000000000002',
  deployment_object_id: null,
  work_order_id: null,
  created_at: '2026-01-02T03:04:06.000000Z',
  seq: 7,
}
const withMessage = (message: string): StoredEntry => ({ ...entry, message })

/** Of fast-check's own strings, those of any characters take seconds to begin with. */
const anyText = fc.oneof(
  fc.string(),
  fc.array(fc.nat(0x2fff)).map((codes) => String.fromCharCode(...codes)),
  fc.array(fc.nat(0xff)).map((codes) => String.fromCharCode(...codes)),
)

/** Two parts of these entries, complete or not. */
function tell(name: ExportFormatName, parts: StoredEntry[][], isComplete = true): string {
  const format = openFormat(name)
  let entries = 0
  const told = parts.map((part, n) => {
    entries += part.length
    return format.part(part, { nextCursor: `c${n + 1}`, entries })
  })
  const end = isComplete
    ? format.end({ complete: true, entries })
    : format.end({ complete: false, entries, nextCursor: `c${parts.length}`, code: 'query_timeout' })
  return [...told, end].join('')
}

describe('ndjson', () => {
  const linesOf = (text: string): unknown[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('has an entry per line, cursors between them, and says at its end that it is complete', () => {
    expect(linesOf(tell('ndjson', [[entry, entry], [entry]]))).toEqual([
      entry,
      entry,
      { export: { next_cursor: 'c1', entries: 2, complete: false } },
      entry,
      { export: { next_cursor: 'c2', entries: 3, complete: false } },
      { export: { next_cursor: null, entries: 3, complete: true } },
    ])
  })

  test('says why it is not, and where to go on', () => {
    expect(linesOf(tell('ndjson', [[entry]], false)).at(-1)).toEqual({
      export: { next_cursor: 'c1', entries: 1, complete: false, code: 'query_timeout' },
    })
  })
})

describe('csv', () => {
  test('has a header, a row for each entry, cursors in the last column, and `complete` in the last row', () => {
    const rows = readCsv(tell('csv', [[entry, withMessage('b')], [], [withMessage('c')]]))
    expect(rows[0]).toEqual([...csvColumns, 'export'])
    expect(rows.map((row) => row[5])).toEqual(['message', 'hello', 'b', 'c'])
    expect(rows.map((row) => row.at(-1))).toEqual(['export', '', 'c2', 'complete'])
  })

  test('without entries, it is its header', () => {
    expect(readCsv(tell('csv', []))).toEqual([[...csvColumns, 'export']])
    expect(readCsv(tell('csv', [[]]))).toEqual([[...csvColumns, 'export']])
  })

  test('that is not complete does not say so, but where to go on', () => {
    expect(
      readCsv(tell('csv', [[entry]], false))
        .at(-1)
        ?.at(-1),
    ).toBe('c1')
  })

  test('whatever a message or an attribute holds, it is one cell, and begins no formula', () => {
    fc.assert(
      fc.property(anyText, fc.dictionary(fc.string(), anyText, { maxKeys: 4 }), (message, attributes) => {
        const [, row] = readCsv(tell('csv', [[{ ...withMessage(message), attributes }]]))
        expect(row).toHaveLength(csvColumns.length + 1)
        expect([message, `'${message}`]).toContain(row?.[5])
        expect(row?.[5]).not.toMatch(/^[=+\-@\t\r\n]/)
        expect(JSON.parse(row?.[16] ?? '')).toEqual(JSON.parse(JSON.stringify(attributes)))
      }),
    )
  })

  test.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@x', `"'@x"`],
    ['\tx', `"'\tx"`],
    ['＝1', `"'＝1"`],
    ['a=1', 'a=1'],
    ['say "hi", twice', '"say ""hi"", twice"'],
    [null, ''],
    [17, '17'],
  ])('%j is written as %j', (value, cell) => expect(csvCell(value)).toBe(cell))
})

describe('text', () => {
  test('has a line for each entry, and what is said of the export begins with #', () => {
    const nameless = { ...entry, level: null, container_name: null }
    expect(tell('text', [[entry, nameless]]).split('\n')).toEqual([
      '2026-01-02T03:04:05.123456789Z INFO  shop/web-1/app hello',
      '2026-01-02T03:04:05.123456789Z -     shop/web-1 hello',
      '# export: entries=2 next_cursor=c1',
      '# export: complete, entries=2',
      '',
    ])
  })

  test('of one that is not complete, the last line says why', () => {
    expect(tell('text', [[entry]], false)).toMatch(
      /\n# export: incomplete \(query_timeout\), entries=1 next_cursor=c1\n$/,
    )
  })

  test('no message, pod or namespace can pass for another line, or tell a terminal anything', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const evil = { ...withMessage(`${text}\n2026-01-02 ERROR\u001b[2J`), pod_name: text }
        const lines = tell('text', [[evil]])
          .split('\n')
          .slice(0, -3)
        const [first, ...others] = lines
        expect(first).toMatch(/^2026-01-02T03:04:05\.123456789Z INFO {2}shop\//)
        for (const line of others) expect(line).toMatch(/^ {4}/)
        expect(lines.join('')).not.toMatch(/(?!\t)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })

  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['one\r\n  two\n', 'one\n      two'],
    ['over\rwritten', 'over\\u000dwritten'],
    ['evil \u202etxt.exe', 'evil \\u202etxt.exe'],
    ['tab\tstays, and so does é 漢 👍', 'tab\tstays, and so does é 漢 👍'],
  ])('%j is shown as %j', (text, shown) => expect(terminalText(text)).toBe(shown))
})
