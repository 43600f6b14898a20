import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { cleanText } from '@logboom/contracts'
import { redact } from '../pipeline/redact.ts'
import type { CliAnswer } from './perform.ts'

/** The lines of a file (`-`: standard input) as they would be sent, and how many of them a rule found a secret in. */
export async function testRedaction(file: string, print: (line: string) => void): Promise<CliAnswer> {
  const found = new Map<string, number>()
  let [lines, masked, insideKey] = [0, 0, false]
  try {
    const input = file === '-' ? process.stdin : createReadStream(file)
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const redaction = redact(cleanText(line), insideKey)
      insideKey = redaction.insideKey
      print(`${redaction.text}\n`)
      lines += 1
      if (redaction.found.length > 0) masked += 1
      for (const rule of new Set(redaction.found)) found.set(rule, (found.get(rule) ?? 0) + 1)
    }
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? String(err.code) : 'unreadable'
    return { err: `logboom-agent: ${file} cannot be read (${code})\n`, exitCode: 1 }
  }
  const rules = [...found].toSorted(([, a], [, b]) => b - a).map(([rule, times]) => `  ${rule} ${times}\n`)
  return { err: `${masked} of ${lines} lines held something to mask\n${rules.join('')}`, exitCode: 0 }
}
