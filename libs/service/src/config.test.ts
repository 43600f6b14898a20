import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { baseConfig, ConfigError, parseConfig, readConfig, secret, secretsOf } from './config.ts'
import { describeConfig } from './describe-config.ts'
import { explainConfig } from './explain-config.ts'

const Config = z
  .object({
    ...baseConfig,
    PORT: z.coerce.number().int().min(0).max(65_535).default(3100).describe('Where it listens'),
    PEER_URL: z.url().optional(),
    TLS: z.stringbool().default(false),
    NAMES: z
      .string()
      .default('')
      .transform((text) => text.split(',')),
    RETENTION_HOURS: z.coerce
      .number()
      .positive()
      .meta({ toml: 'broker.log_retention.retention_hours', unit: 'h' })
      .default(12),
    SIGNING_KEY_SECRET: secret().refine((text) => text.length > 20, {
      error: ({ input }) => `${String(input)} is short`,
    }),
  })
  .refine((config) => !config.TLS || config.PORT !== 80, { error: 'TLS and port 80 do not go together' })

const env = { SIGNING_KEY_SECRET: 'a-secret-that-is-long-enough' }

function faultsOf(sources: Parameters<typeof parseConfig>[2]): readonly string[] {
  try {
    parseConfig('ingest-api', Config, sources)
  } catch (err) {
    if (err instanceof ConfigError) return err.faults
    throw err
  }
  throw new Error('it was accepted')
}

test('what nobody sets has its default', () => {
  const config = parseConfig('ingest-api', Config, { env })
  expect(config).toMatchObject({ PORT: 3100, TLS: false, RETENTION_HOURS: 12, LOG_LEVEL: 'info' })
})

test('the TOML file counts, whatever the type of its values, and the environment wins', () => {
  const toml = `
    [broker.ingest_api]
    port = 4000
    tls = true
    names = ["a", "b"]
    log_level = "debug"
    [broker.log_retention]
    retention_hours = 1.5`
  const config = parseConfig('ingest-api', Config, { env: { ...env, PORT: '5000' }, toml })
  expect(config).toMatchObject({
    PORT: 5000,
    TLS: true,
    NAMES: ['a', 'b'],
    LOG_LEVEL: 'debug',
    RETENTION_HOURS: 1.5,
  })
})

test('an empty variable is an unset one', () => {
  expect(parseConfig('ingest-api', Config, { env: { ...env, PEER_URL: '', PORT: '' } })).toMatchObject({
    PORT: 3100,
  })
})

test('all faults are told at once, each with both of its names', () => {
  const faults = faultsOf({ env: { PORT: '70000', PEER_URL: 'nowhere', TLS: 'perhaps' }, toml: 'x = 1' })
  expect(faults).toHaveLength(5)
  expect(faults.join('\n')).toMatch(/x: unknown key/)
  expect(faults.join('\n')).toMatch(/PORT \(broker\.ingest_api\.port\): Too big/)
  expect(faults.join('\n')).toMatch(/SIGNING_KEY_SECRET .*is required/)
})

test('a combination that loses data refuses to start', () => {
  expect(faultsOf({ env: { ...env, TLS: 'true', PORT: '80' } })).toEqual([
    'TLS and port 80 do not go together',
  ])
})

test.each([
  ['its own table', '[broker.ingest_api]\nprot = 1', 'broker.ingest_api.prot: unknown key in the TOML file'],
  ['a table of nobody', '[broker.ingest]\nport = 1', 'broker.ingest.port: unknown key in the TOML file'],
  ['[broker]', '[broker]\nport = 1', 'broker.port: unknown key in the TOML file'],
])('an unknown key in %s refuses to start', (_where, toml, fault) => {
  expect(faultsOf({ env, toml })).toEqual([fault])
})

test('keys of other apps are passed over, and their owner judges them', () => {
  const toml =
    '[broker]\ndatabase_url = "x"\n[broker.log_retention]\nmax_delete_batch = 1\n[broker.query_api]\nport = 1\n[agent.logging]\nbuffer_size = 1'
  expect(parseConfig('ingest-api', Config, { env, toml }).PORT).toBe(3100)
  const Retention = z.object({
    HOURS: z.string().default('1').meta({ toml: 'broker.log_retention.retention_hours' }),
  })
  expect(() => parseConfig('retention-worker', Retention, { env, toml })).toThrow(
    'broker.log_retention.max_delete_batch',
  )
})

test('YAML says the same as TOML, and every scalar is the text that stands there', () => {
  const yaml = `
broker:
  ingest_api:
    port: 4000
    tls: yes
    names: [a, "b"]
    log_level: # not set
    peer_url: ~
    ops_host: 0123
  log_retention: { retention_hours: 1.5 }`
  const config = parseConfig('ingest-api', Config, { env, yaml })
  expect(config.PEER_URL).toBeUndefined()
  expect(config).toMatchObject({
    PORT: 4000,
    TLS: true,
    NAMES: ['a', 'b'],
    LOG_LEVEL: 'info',
    OPS_HOST: '0123',
    RETENTION_HOURS: 1.5,
  })
})

const laughs = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}x]`)
test.each([
  [
    'an unknown key',
    'broker: { ingest_api: { prot: 1 } }',
    /^broker\.ingest_api\.prot: unknown key in the YAML file$/,
  ],
  ['a list', '- a', /^YAML file: must hold a map of settings$/],
  ['an anchor', 'agent: &a { b: c }', /^YAML file: anchors and aliases are not taken, in line 1$/],
  ['a tag', 'agent:\n  x: !!binary aGk=', /^YAML file: tags are not taken, in line 2$/],
  ['a tag of a language', 'agent: !!js/function hush', /^YAML file: tags are not taken, in line 1$/],
  ['a thousand million words', `agent:\n  l0: &l0 x\n  ${laughs.join('\n  ')}`, /^YAML file: anchors/],
  ['a key that is there twice', 'agent: { a: 1, a: 2 }', /^YAML file: syntax error in line 1, column \d+$/],
  ['two documents', 'agent: {}\n---\nagent: {}', /^YAML file: syntax error in line 2/],
  ['half a quote', 'agent:\n  agent_pak: "hush-hush', /^YAML file: syntax error in line 2/],
  ['a tower of brackets', `agent: ${'['.repeat(20_000)}`, /^YAML file: (?:nested too deeply|syntax error)/],
])('%s in YAML refuses to start and is not quoted', (_what, yaml, fault) => {
  const [first = ''] = faultsOf({ env, yaml })
  expect(first).toMatch(fault)
  expect(first).not.toContain('hush')
})

test('what is in force can be shown, with where it comes from, without secrets, and also with faults', () => {
  const yaml =
    'broker: { ingest_api: { port: none, peer_url: "http://me:hush@peer", signing_key_secret: hush-hush } }'
  const { settings, faults } = explainConfig('ingest-api', Config, { env: { OPS_PORT: '7' }, yaml })
  const shown = Object.fromEntries(settings.map(({ name, text, from }) => [name, `${text} ${from}`]))
  expect(shown).toMatchObject({
    PORT: 'none file',
    OPS_PORT: '7 environment',
    LOG_LEVEL: 'info default',
    PEER_URL: 'http://me:[masked]@peer file',
    SIGNING_KEY_SECRET: '[masked] file',
  })
  expect(faults).toEqual([])
})

test('a table can be the value of one key, as pod_selector is', () => {
  const Agent = z.object({
    POD_SELECTOR: z.string().default('{}').meta({ toml: 'agent.logging.pod_selector' }),
  })
  const toml = '[agent.logging.pod_selector]\napp = "web"'
  expect(parseConfig('agent', Agent, { env, toml })).toEqual({ POD_SELECTOR: '{"app":"web"}' })
})

test('a list element with a comma is refused rather than split', () => {
  expect(faultsOf({ env, toml: '[broker.ingest_api]\nnames = ["{a,b}"]' })[0]).toMatch(/names: an element/)
})

test('no fault shows a secret, whether it comes from a check or from broken TOML', () => {
  expect(faultsOf({ env: { SIGNING_KEY_SECRET: 'hush-hush' } }).join()).toMatch(/\[masked\] is short/)
  const faults = faultsOf({ env, toml: '[broker.ingest_api]\nsigning_key_secret = "hush-hush\n' })
  expect(faults).toEqual(['TOML file: syntax error in line 2, column 32'])
})

test('a file of broken syntax is not said to lack what it may hold; what is wrong besides is told', () => {
  const yaml = 'broker:\n  ingest_api: ['
  expect(faultsOf({ env: {}, yaml })).toEqual([expect.stringMatching(/^YAML file: syntax error/)])
  expect(faultsOf({ env: { PORT: 'x' }, yaml })).toEqual([
    expect.stringMatching(/^YAML file: syntax error/),
    expect.stringMatching(/^PORT/),
  ])
})

test('the secret values of a configuration are known, for the logger to mask', () => {
  expect(secretsOf('ingest-api', Config, parseConfig('ingest-api', Config, { env }))).toEqual([
    env.SIGNING_KEY_SECRET,
  ])
})

test('the reference has type, default, unit and place of every variable, and no default of a secret', () => {
  const rows = new Map(describeConfig('ingest-api', Config).map((row) => [row.name, row]))
  expect(rows.get('PORT')).toEqual({
    name: 'PORT',
    toml: 'broker.ingest_api.port',
    type: 'integer 0–65535',
    default: '3100',
    required: false,
    secret: false,
    description: 'Where it listens',
  })
  expect(rows.get('RETENTION_HOURS')).toMatchObject({
    toml: 'broker.log_retention.retention_hours',
    unit: 'h',
  })
  expect(rows.get('LOG_LEVEL')).toMatchObject({ type: 'error | warn | info | debug', default: 'info' })
  expect(rows.get('TLS')).toMatchObject({ type: 'boolean', default: 'false' })
  expect(rows.get('PEER_URL')).toMatchObject({ type: 'URL', required: false })
  expect(rows.get('SIGNING_KEY_SECRET')).toMatchObject({ secret: true, required: true, default: undefined })
})

const folder = mkdtempSync(join(tmpdir(), 'logboom-config-'))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('LOGBOOM_CONFIG names the file, and one that is missing refuses to start', () => {
  vi.stubEnv('LOGBOOM_CONFIG', join(folder, 'logboom.toml'))
  vi.stubEnv('SIGNING_KEY_SECRET', env.SIGNING_KEY_SECRET)
  writeFileSync(join(folder, 'logboom.toml'), '[broker.ingest_api]\nport = 4711')
  expect(readConfig('ingest-api', Config).PORT).toBe(4711)
  writeFileSync(join(folder, 'logboom.yml'), 'broker: { ingest_api: { port: 4712, ops_port: 1 } }')
  const given = { LOGBOOM_CONFIG: join(folder, 'logboom.yml'), OPS_PORT: '2' }
  expect(readConfig('ingest-api', Config, given)).toMatchObject({ PORT: 4712, OPS_PORT: 2 })
  writeFileSync(join(folder, 'large.toml'), '#'.repeat(1_048_577))
  expect(() => readConfig('ingest-api', Config, { LOGBOOM_CONFIG: join(folder, 'large.toml') })).toThrow(
    '1 MiB',
  )
  vi.stubEnv('LOGBOOM_CONFIG', join(folder, 'absent.toml'))
  expect(() => readConfig('ingest-api', Config)).toThrow(/absent\.toml cannot be read \(ENOENT\)/)
})
