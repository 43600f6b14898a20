import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a program of node_modules/.bin with our own output, and says whether it succeeded. Throws when we are told to end. */
export async function runStep(title: string, [program = '', ...args]: string[]): Promise<boolean> {
  const startedMs = performance.now()
  console.log(`\n== ${title}`)
  const child = spawn(join(ROOT, 'node_modules/.bin', program), args, { cwd: ROOT, stdio: 'inherit' })
  let told: string | undefined
  const end = (signal: NodeJS.Signals) => {
    told = signal
    child.kill('SIGTERM')
  }
  for (const signal of END_SIGNALS) process.on(signal, end)
  const [code] = await once(child, 'exit')
  for (const signal of END_SIGNALS) process.off(signal, end)
  if (told !== undefined) throw new Error(`ended by ${told}`)
  const tookS = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`== ${title}: ${code === 0 ? 'passed' : 'failed'} after ${tookS} s`)
  return code === 0
}
