import { appendFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { parseConfig, readSources } from '@logboom/service'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'
import type { AgentHere } from '../agent-fixture.ts'
import { AgentConfig } from '../config.ts'

const bench = useAgentBench()

/** An agent whose settings beyond those of the bench stand in `file`. */
async function startWith(file: string): Promise<AgentHere> {
  const env = { ...bench.env, FOLLOW: '', FLUSH_INTERVAL_SECONDS: '', LOGBOOM_CONFIG: file }
  const read = () => parseConfig('agent', AgentConfig, { ...readSources('agent', env), env })
  return bench.start(env, { origin: { read, file } })
}

function settings(minLevel: string, follow = bench.file('*.log')): string {
  return `agent:\n  follow: ["${follow}"]\n  logging: { min_level: ${minLevel}, flush_interval: 0.1 }\n`
}

const reloads = async (agent: AgentHere, result: string) => {
  const text = await agent.registry.metrics()
  return Number(new RegExp(`config_reloads_total\\{result="${result}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
}

test('a changed file is taken while lines flow, a faulty one as a whole not, with one line that says why', async () => {
  const file = bench.file('agent.yaml')
  writeFileSync(file, settings('ERROR'))
  writeFileSync(bench.logs, '[WARN] one\n[ERROR] two\n')
  const agent = await startWith(file)
  await bench.expectMessages(['[ERROR] two'])

  writeFileSync(file, settings('WARN'))
  await until(async () => (await reloads(agent, 'applied')) === 1, { what: 'the new level' })
  appendFileSync(bench.logs, '[WARN] three\n')
  await bench.expectMessages(['[ERROR] two', '[WARN] three'])

  writeFileSync(
    file,
    `${settings('TRACE')}    buffer_sise: 3\n  max_line_bytes: many\n  agent_pak: hush-hush\n`,
  )
  await until(async () => (await reloads(agent, 'refused')) === 1, { what: 'the refusal' })
  const refusals = agent.logged().filter((line) => line.includes('was refused'))
  expect(refusals).toHaveLength(1)
  expect(refusals[0]).toContain('syntax error in line 4')
  writeFileSync(file, `${settings('loud')}  buffer_sise: 3\n  max_line_bytes: many\n  agent_pak: hush-hush\n`)
  await until(async () => (await reloads(agent, 'refused')) === 2, { what: 'the second refusal' })
  const [, second] = agent.logged().filter((line) => line.includes('was refused'))
  for (const name of ['MIN_LEVEL', 'agent.buffer_sise', 'MAX_LINE_BYTES']) expect(second).toContain(name)
  expect(agent.logged().join('\n')).not.toContain('hush-hush')
  appendFileSync(bench.logs, '[INFO] four\n[WARN] five\n')
  await bench.expectMessages(['[ERROR] two', '[WARN] three', '[WARN] five'])
})

test('the link swap of a ConfigMap is noticed, and what needs a restart is named while the rest is taken', async () => {
  const volume = bench.file('volume')
  mkdirSync(`${volume}/..1`, { recursive: true })
  mkdirSync(`${volume}/..2`)
  writeFileSync(`${volume}/..1/agent.yaml`, settings('ERROR'))
  writeFileSync(`${volume}/..2/agent.yaml`, `${settings('DEBUG')}  spool_max_bytes: 70000\n`)
  symlinkSync('..1', `${volume}/..data`)
  symlinkSync('..data/agent.yaml', `${volume}/agent.yaml`)
  const agent = await startWith(`${volume}/agent.yaml`)
  symlinkSync('..2', `${volume}/..data_tmp`)
  renameSync(`${volume}/..data_tmp`, `${volume}/..data`)
  await until(async () => (await reloads(agent, 'applied')) === 1, { what: 'the swap to be noticed' })
  expect(agent.live.current).toMatchObject({ MIN_LEVEL: 'DEBUG', SPOOL_MAX_BYTES: 536_870_912 })
  const told = agent.logged().find((line) => line.includes('need a restart'))
  expect(JSON.parse(told ?? '{}')).toMatchObject({ level: 'warn', settings: ['SPOOL_MAX_BYTES'] })
})

test('files are selected anew: others begin, those left out end, and those that come back go on where they were', async () => {
  const file = bench.file('agent.yaml')
  const [a, b] = [bench.file('a.log'), bench.file('b.log')]
  writeFileSync(file, 'agent: {}')
  writeFileSync(a, 'a1\n')
  writeFileSync(b, 'b1\n')
  const agent = await startWith(file)
  const select = async (paths: string, times: number) => {
    writeFileSync(file, settings('INFO', paths))
    await until(async () => (await reloads(agent, 'applied')) === times, { what: `${paths} to be taken` })
  }
  await select(a, 1)
  await bench.expectMessages(['a1'])
  await select(b, 2)
  await bench.expectMessages(['a1', 'b1'])
  appendFileSync(a, 'a2\n')
  appendFileSync(b, 'b2\n')
  await bench.expectMessages(['a1', 'b1', 'b2'])
  await select(bench.file('*.log'), 3)
  await bench.expectMessages(['a1', 'b1', 'b2', 'a2'])
  expect(bench.broker.gaps()).toEqual([])
})

test('redaction is changed for the next line, and a rule that does not compile changes nothing', async () => {
  const file = bench.file('agent.yaml')
  const rule = (pattern: string) =>
    `${settings('INFO')}  redact_rules: [{ name: staff, pattern: '${pattern}' }]\n`
  writeFileSync(file, settings('INFO'))
  writeFileSync(bench.logs, 'S-1\n')
  const agent = await startWith(file)
  await bench.expectMessages(['S-1'])
  writeFileSync(file, rule('S-[0-9]+'))
  await until(async () => (await reloads(agent, 'applied')) === 1, { what: 'the rule' })
  appendFileSync(bench.logs, 'S-2\n')
  await bench.expectMessages(['S-1', '[masked]'])
  writeFileSync(file, rule('S-[0-9'))
  await until(async () => (await reloads(agent, 'refused')) === 1, { what: 'the refusal' })
  appendFileSync(bench.logs, 'S-3\n')
  await bench.expectMessages(['S-1', '[masked]', '[masked]'])
})

test('a reload that finds nothing new is counted and changes nothing', async () => {
  const file = bench.file('agent.yaml')
  writeFileSync(file, settings('ERROR'))
  const agent = await startWith(file)
  agent.life.reload()
  await until(async () => (await reloads(agent, 'unchanged')) === 1, { what: 'the reload' })
  expect(agent.logged().filter((line) => line.includes('configuration read again'))).toHaveLength(1)
})

test('the page for operators names exactly what can change while the agent runs', async () => {
  const page = readFileSync(new URL('../../../../docs/agent.md', import.meta.url), 'utf8')
  const [, section = ''] = page.split('### Change settings while it runs\n')
  const rows =
    section
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| `')) ?? []
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
  )
  const { live } = await bench.start()
  expect(new Set(named)).toEqual(new Set(live.names))
})
