// npm run bundle:agent: makes dist/agent/, the package `logboom-agent` as it is published: JavaScript that Node runs as it
// is, with everything it needs in it. `npm pack` there makes the tarball. -- --out <folder> puts it elsewhere.
// npm run bundle:cli: the same of the command line, the package `logboom`, in dist/cli/.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleAgent } from './bundle-agent.ts'
import { bundleCli } from './bundle-cli.ts'

const root = join(import.meta.dirname, '../../..')
const { values } = parseArgs({
  options: { out: { type: 'string' }, cli: { type: 'boolean', default: false } },
})
const out = resolve(
  process.env['INIT_CWD'] ?? process.cwd(),
  values.out ?? join(root, values.cli ? 'dist/cli' : 'dist/agent'),
)
const { files, bytes } = await (values.cli ? bundleCli : bundleAgent)(root, out)
console.log(`${out}: ${files} files, ${Math.round(bytes / 1024)} KiB`)
