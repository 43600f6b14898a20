import type { BenchResult } from './bench-result.ts'
import type { Machine } from './describe-machine.ts'
import { summarise } from './figure.ts'
import type { Figure } from './figure.ts'
import { renderBar, round } from './render-table.ts'

const titles: Record<string, string> = {
  ingest: 'Writing at full load',
  latency: 'Waiting, at half load',
  growth: 'With many rows stored',
  reads: 'Reading 10 M rows of 12 hours',
  retention: 'Deleting',
  agent: 'The agent',
  memory: 'Memory over 20 minutes at full load',
  rivals: 'Beside others',
}

const verdicts = { stretch: '★', goal: '✓', missed: '✗', told: '' } as const

/** docs/benchmarks.md. */
export function renderPage({ machine, tookS, figures }: BenchResult): string {
  const parts = Map.groupBy(figures, ({ id }) => id.split('.')[0] ?? '')
  const sections = [...parts].map(
    ([part, ofPart]) => `## ${titles[part] ?? part}\n\n${renderFigures(ofPart)}\n`,
  )
  return `${intro(machine, tookS)}\n${sections.join('\n')}`
}

function intro({ when, commit, processor, cores, memoryGiB, kernel, node }: Machine, tookS: number): string {
  return `# Benchmarks

Written by \`npm run bench -- --write-docs\`, on ${when.slice(0, 10)} at commit \`${commit}\`, in ${Math.round(tookS / 60)} minutes, on one machine for all:
${cores} cores of ${processor}, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, PostgreSQL 18 and Redis with every answer on disk (\`fsync\`,
\`appendfsync always\`). Client, broker and servers share its cores, so rates are those of the whole; goals are ratios within
one run and processor time, which other machines can be held against.

\`\`\`sh
npm run bench                    # everything: about 50 minutes
npm run bench -- --quick         # what can be told in two
npm run bench -- reads           # one part: ingest latency growth reads retention agent memory
npm run bench -- --loki /usr/local/bin/loki --victorialogs /usr/local/bin/victoria-logs rivals
\`\`\`

Each role is a process of its own. Entries are as agents send them: messages of 200 bytes, ids, labels, levels, a trace id on
every fourth; gzip batches of 1000 from 50 agents of 4 pods. Rates are what was stored, with the queue empty at the end; rows are counted
after every run, and a run in which one is missing or doubled counts for nothing. A figure is the median of its runs; ★ is
better than its stretch goal, ✓ its goal, ✗ neither.
`
}

function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { median, min, max, verdict } = summarise(figure)
    const range = figure.values.length > 1 ? `${round(min)} – ${round(max)}` : ''
    const goal = figure.bound ? goalOf(figure.bound) : ''
    const bar = figure.bound ? `\`${renderBar(figure)}\` ${verdicts[verdict]}` : ''
    return `| ${figure.title} | ${`${round(median)} ${figure.unit}`.trim()} | ${range} | ${goal} | ${bar} |`
  })
  const notes = [...new Set(figures.flatMap(({ note }) => note ?? []))].map((note) => `\n${note}.`)
  return ['| figure | median | least – most | goal | |', '|---|--:|--:|--:|---|', ...rows, ...notes].join(
    '\n',
  )
}

function goalOf({ is, goal, stretch }: NonNullable<Figure['bound']>): string {
  const sign = is === 'at least' ? '≥' : '≤'
  return `${sign} ${round(goal)}${stretch === undefined ? '' : `, ${round(stretch)}`}`
}
