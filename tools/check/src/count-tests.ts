import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Counts = { passed: number; failed: number }

type File = { status: string; assertionResults: { status: string }[] }

/** Lets `run` run vitest with the reporters given to it, and counts from vitest's own report. */
export async function countTests(run: (reporters: string[]) => Promise<boolean>): Promise<Counts> {
  const dir = mkdtempSync(join(tmpdir(), 'logboom-check-'))
  const report = join(dir, 'report.json')
  try {
    const ok = await run(['--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
    const files = existsSync(report)
      ? (JSON.parse(readFileSync(report, 'utf8')) as { testResults: File[] }).testResults
      : []
    return sumUp(files, ok)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** A file that could not be loaded counts as one failure, and so does a run that failed though every test passed. */
export function sumUp(files: File[], ok: boolean): Counts {
  const results = files.flatMap((file) => file.assertionResults)
  const passed = results.filter(({ status }) => status === 'passed').length
  const unloaded = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const failed = results.filter(({ status }) => status === 'failed').length + unloaded
  return { passed, failed: failed === 0 && !ok ? 1 : failed }
}
