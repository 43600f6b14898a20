import type { ConfigRow } from '@logboom/service'
import { code, table } from './markdown.ts'

export interface AppConfig {
  app: string
  rows: ConfigRow[]
}

const intro = `# Configuration

<!-- Written by \`npm run docs\` from the schemas that the processes check at their start. -->

Each process reads its environment and, where \`LOGBOOM_CONFIG\` names one, a file: YAML if its name ends in \`.yaml\` or
\`.yml\`, else TOML. One file may serve all. The environment wins, and an empty variable counts as unset. All faults are
reported at once, and a process with a fault does not start. In a table of its own, a key that the process does not know is
a fault too.

\`\`\`toml
[broker.log_retention]
retention_hours = 12
cleanup_interval_minutes = 60

[agent.logging]
min_level = "INFO"
flush_interval = 30
\`\`\`

The same in YAML, in which every scalar counts as the text that stands there, and tags, anchors and aliases are refused:

\`\`\`yaml
broker:
  log_retention: { retention_hours: 12, cleanup_interval_minutes: 60 }
agent:
  logging:
    min_level: INFO
    flush_interval: 30
\`\`\`

The agent takes many settings while it runs: [agent.md](agent.md#change-settings-while-it-runs) says which.

**Bold** variables are required. Those marked *secret* are masked wherever they would be logged.

\`npm start\` passes its environment on to all processes that it holds, and decides itself what ties them together: the
addresses and ports, \`PEER_URL\`, the agent's id, key and spool. Where \`DATABASE_URL\` or \`REDIS_URL\` is given, it starts
no server of its own; \`SIGNING_KEY_SECRET\` is made once when it is not given. Its agent flushes every second unless
\`FLUSH_INTERVAL_SECONDS\` says otherwise.
`

/** The page of all variables: first those that several processes share, then each process with its own. */
export function renderConfiguration(apps: AppConfig[]): string {
  const apis = apps.filter(({ app }) => app.endsWith('-api'))
  const everywhere = sharedBy(apps)
  const inApis = sharedBy(apis).filter((row) => !isAmong(everywhere, row))
  const sections = [
    section('In every process', everywhere, tablesOf(apps)),
    section('In both APIs', inApis, tablesOf(apis)),
    ...apps.map(({ app, rows }) => {
      const others = app.endsWith('-api') ? [...everywhere, ...inApis] : everywhere
      return section(
        app,
        rows.filter((row) => !isAmong(others, row)),
      )
    }),
  ]
  return `${intro}\n${sections.join('\n')}`
}

function section(title: string, rows: ConfigRow[], places?: string): string {
  const note =
    places === undefined ? '' : `In the file these stand in the table of each process: ${places}.\n\n`
  const head = ['Variable', 'In the file', 'Value', 'Default', 'What for']
  const lines = rows.map((row) => [
    row.required ? `**${code(row.name)}**` : code(row.name),
    code(places === undefined ? row.toml : keyOf(row)),
    valueText(row),
    defaultText(row),
    row.description,
  ])
  return `## ${title}\n\n${note}${table(head, lines)}\n`
}

function valueText({ type, unit, secret }: ConfigRow): string {
  const words = type.replace(/^string$/, 'text').replace(/^array$/, 'list')
  const short = words.replace(/\d+\.\d{5,}/g, (bound) => Number(bound).toPrecision(2))
  return [short, unit, secret ? '*secret*' : ''].filter(Boolean).join(', ')
}

function defaultText({ required, default: fallback }: ConfigRow): string {
  if (required) return 'required'
  return fallback === undefined || fallback === '' ? '' : code(fallback)
}

/** What all of them have alike: only the table in the TOML file may differ. */
function sharedBy([first, ...others]: AppConfig[]): ConfigRow[] {
  return (first?.rows ?? []).filter((row) => others.every(({ rows }) => isAmong(rows, row)))
}

function isAmong(rows: ConfigRow[], row: ConfigRow): boolean {
  const alike = (one: ConfigRow) => JSON.stringify({ ...one, toml: keyOf(one) })
  return rows.some((other) => alike(other) === alike(row))
}

function keyOf({ toml }: ConfigRow): string {
  return toml.slice(toml.lastIndexOf('.') + 1)
}

function tablesOf(apps: AppConfig[]): string {
  const tables = apps.map(({ rows }) => rows.find(({ name }) => name === 'LOG_LEVEL')?.toml ?? '')
  return tables.map((place) => code(`[${place.slice(0, place.lastIndexOf('.'))}]`)).join(', ')
}
