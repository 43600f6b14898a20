#!/usr/bin/env node
import type { CliAnswer } from './cli/perform.ts'
import { limitGarbage } from './limit-garbage.ts'
import { nodeFault } from './node-fault.ts'

// Before anything else is loaded: loading alone would have the heap grow to what it then never gives back.
limitGarbage()
const fault = nodeFault(process.versions.node)
const answer: CliAnswer | undefined = fault ? { err: `logboom-agent: ${fault}\n`, exitCode: 1 } : await run()
if (answer) {
  process.stdout.write(answer.out ?? '')
  process.stderr.write(answer.err ?? '')
  process.exitCode = answer.exitCode
}

async function run(): Promise<CliAnswer | undefined> {
  const [{ readRequest }, { perform }] = await Promise.all([
    import('./cli/read-request.ts'),
    import('./cli/perform.ts'),
  ])
  return perform(readRequest(process.argv.slice(2)))
}
