import { readOptions } from './options.ts'
import { runStandalone } from './run-standalone.ts'

// npm goes to the root of the repository before it runs a script, and tells where it was called.
const { INIT_CWD, npm_lifecycle_event } = process.env
const calledFrom = npm_lifecycle_event === 'start' ? INIT_CWD : undefined
const read = readOptions(process.argv.slice(2), process.cwd(), calledFrom)
if ('text' in read) {
  ;(read.exitCode === 0 ? process.stdout : process.stderr).write(read.text)
  process.exitCode = read.exitCode
} else {
  await runStandalone(read.options).catch((error: unknown) => {
    process.stderr.write(`logboom: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
}
