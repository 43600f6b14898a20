// npm test: everything that must hold, each part with its own output as it runs, and one line at the end that sums up.
// npm test -- <filter…>: only the test files whose path contains a filter.
// npm run test:chaos: instead of all that, the long runs in which everything is killed and taken away.
import { countTests } from './count-tests.ts'
import type { Counts } from './count-tests.ts'
import { runStep } from './run-step.ts'

const CHECKS = [
  {
    title: 'types',
    command: ['nx', 'run-many', '--targets=typecheck', '--parallel=2', '--output-style=static'],
  },
  { title: 'lint', command: ['oxlint'] },
  { title: 'format', command: ['oxfmt', '--check', '.'] },
]

const asked = process.argv.slice(2)
const isChaos = asked.includes('--chaos')
const filters = asked.filter((word) => word !== '--chaos')
const projects = isChaos
  ? ['--project=chaos']
  : ['unit', 'int', 'e2e', 'browser'].map((name) => `--project=${name}`)
const counts: Counts = { passed: 0, failed: 0 }
for (const { title, command } of isChaos || filters.length > 0 ? [] : CHECKS) {
  const ok = await runStep(title, command)
  counts[ok ? 'passed' : 'failed'] += 1
}
const tests = await countTests((reporters) =>
  runStep('tests', ['vitest', 'run', ...projects, ...reporters, ...filters]),
)
counts.passed += tests.passed
counts.failed += tests.failed
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 ? 1 : 0
