import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')

/** The agent's metrics are made by two functions that put this before each name. */
const agentPrefix = 'logboom_agent_'

function registeredMetrics(): string[] {
  const paths = globSync('{apps,libs}/*/src/**/*.ts', { cwd: root, exclude: ['**/generated/**'] })
  const sources = paths.filter((path) => !/(\.test|-fixture)\.ts$/.test(path))
  return sources.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const whole = [...text.matchAll(/'(logboom_[a-z_]+)'/g)].map(([, name = '']) => name)
    if (!text.includes(`\`${agentPrefix}\${`)) return whole
    const ends = [...text.matchAll(/\b(?:counter|gauge)\(\s*'([a-z_]+)'/g)]
    return [...whole, ...ends.map(([, name = '']) => agentPrefix + name)]
  })
}

function tabledMetrics(): { name: string; type: string; meaning: string }[] {
  const rows = page.split('\n').filter((line) => line.startsWith('| `logboom_'))
  return rows.map((row) => {
    const [, name = '', , type = '', , meaning = ''] = row.split('|').map((cell) => cell.trim())
    return { name: name.replaceAll('`', ''), type, meaning }
  })
}

describe('the table of metrics', () => {
  const registered = [...new Set(registeredMetrics())].toSorted()
  const tabled = tabledMetrics()

  test('has every metric that a process registers, and no other', () => {
    expect(registered).toContain('logboom_http_request_seconds')
    expect(registered).toContain('logboom_agent_spool_bytes')
    expect(tabled.map(({ name }) => name).toSorted()).toEqual(registered)
  })

  test('tells of each its meaning, and the type that goes with its name', () => {
    const typeByName = /_total counter$|_seconds (histogram|gauge)$|(?<!_total|_seconds) gauge$/
    const faulty = tabled.filter(
      ({ name, type, meaning }) => meaning === '' || !typeByName.test(`${name} ${type}`),
    )
    expect(faulty).toEqual([])
  })
})

test.each(['operations.md', 'agent.md'])('every link of %s leads somewhere', (name) => {
  const text = readFileSync(join(root, 'docs', name), 'utf8')
  const links = [...text.matchAll(/\]\(([^)#]*)#?([^)]*)\)/g)]
  expect(links.length).toBeGreaterThan(3)
  const dead = links.filter(([, path = '', anchor = '']) => {
    const target = path === '' ? text : readFileSync(join(root, 'docs', path), 'utf8')
    return anchor !== '' && !anchorsOf(target).includes(anchor)
  })
  expect(dead).toEqual([])
})

test('every test that is named as the proof of a guarantee is there', () => {
  const text = readFileSync(join(root, 'docs/agent.md'), 'utf8')
  const named = [...text.matchAll(/`([\w.-]+\.test\.ts)`/g)].map(([, name = '']) => name)
  const there = globSync('{apps,e2e}/**/*.test.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !there.some((path) => path.endsWith(`/${name}`)))).toEqual([])
})

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
