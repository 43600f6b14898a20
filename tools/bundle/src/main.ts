// npm run bundle:agent: makes dist/agent/, the package `logboom-agent` as it is published: JavaScript that Node runs as it
// is, with everything it needs in it. `npm pack` there makes the tarball. -- --out <folder> puts it elsewhere.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleAgent } from './bundle-agent.ts'

const root = join(import.meta.dirname, '../../..')
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist/agent') } } })
const out = resolve(process.env['INIT_CWD'] ?? process.cwd(), values.out)
const { files, bytes } = await bundleAgent(root, out)
console.log(`${out}: ${files} files, ${Math.round(bytes / 1024)} KiB`)
