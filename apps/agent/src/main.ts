#!/usr/bin/env node
import { limitGarbage } from './limit-garbage.ts'
import { nodeFault } from './node-fault.ts'

const fault = nodeFault(process.versions.node)
if (fault) {
  process.stderr.write(`logboom-agent: ${fault}\n`)
  process.exit(1)
}

// Before anything else is loaded: loading alone would have the heap grow to what it then never gives back.
limitGarbage()
const [{ readRequest }, { perform }] = await Promise.all([
  import('./cli/read-request.ts'),
  import('./cli/perform.ts'),
])
const answer = await perform(readRequest(process.argv.slice(2)))
if (answer) {
  process.stdout.write(answer.out ?? '')
  process.stderr.write(answer.err ?? '')
  process.exitCode = answer.exitCode
}
