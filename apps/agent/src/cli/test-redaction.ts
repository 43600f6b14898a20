import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { cleanText } from '@logboom/contracts'
import { ConfigError, readConfig } from '@logboom/service/config'
import { DryRunConfig } from '../config.ts'
import { createLineRules } from '../pipeline/line-rules.ts'
import { redactLine } from '../pipeline/redact-line.ts'
import type { Redaction } from '../pipeline/redact.ts'
import { namesOfHost } from '../sources/files/names-of-path.ts'
import { freshMemory } from '../spool/position.ts'
import type { CliAnswer } from './perform.ts'
import type { Given } from './read-request.ts'

/**
 * The lines of a file (`-`: standard input) as they would be sent by an agent with these settings, and how many of them
 * a rule found a secret in.
 */
export async function testRedaction(
  file: string,
  given: Given,
  print: (line: string) => void,
): Promise<CliAnswer> {
  const found = new Map<string, number>()
  let [lines, masked] = [0, 0]
  try {
    const mask = createMask(given)
    const input = file === '-' ? process.stdin : createReadStream(file)
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const redaction = mask(line)
      print(`${redaction.text}\n`)
      lines += 1
      if (redaction.found.length > 0) masked += 1
      for (const rule of new Set(redaction.found)) found.set(rule, (found.get(rule) ?? 0) + 1)
    }
  } catch (err) {
    if (err instanceof ConfigError) return { err: `${err.message}\n`, exitCode: 2 }
    const code = err instanceof Error && 'code' in err ? String(err.code) : 'unreadable'
    return { err: `logboom-agent: ${file} cannot be read (${code})\n`, exitCode: 1 }
  }
  const rules = [...found].toSorted(([, a], [, b]) => b - a).map(([rule, times]) => `  ${rule} ${times}\n`)
  return { err: `${masked} of ${lines} lines held something to mask\n${rules.join('')}`, exitCode: 0 }
}

/** Whole lines of one stream, one after another: a private key goes over many. */
function createMask(given: Given): (text: string) => Redaction {
  const config = readConfig('agent', DryRunConfig, given)
  const { redactor } = createLineRules(config)
  const names = namesOfHost({ namespace: config.FOLLOW_NAMESPACE, podName: config.FOLLOW_POD_NAME })
  const source = {
    key: 'test',
    names: { ...names, containerName: 'test', labels: {} },
    memory: freshMemory(),
    seen: null,
    position: () => null,
    readUntilUs: () => null,
  }
  const whole = { source, seq: 0, time: { us: 0, ns: 0 }, entryId: '', output: null, rawBytes: 0 }
  return (text) => redactLine(cleanText(text), { ...whole, text, lostBytes: 0, continues: null }, redactor)
}
