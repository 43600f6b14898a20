import { parseConfig } from '@logboom/service'
import { expect, test } from 'vitest'
import { AgentConfig } from './config.ts'
import { kubernetesMode } from './sources/kubernetes/kubernetes-mode.ts'
import { podRulesOf } from './sources/kubernetes/pod-rules-of.ts'
import { agentId, managedRules } from './sources/kubernetes/pod-watch-fixture.ts'

const required = {
  AGENT_ID: '018f6f3e-0000-7000-8000-000000000001',
  BROKER_URL: 'https://broker.example.com',
  AGENT_PAK_FILE: '/run/pak',
}
const parse = (env: Record<string, string>, toml = '') =>
  parseConfig('agent', AgentConfig, { env: { ...required, ...env }, toml })

test('the table of the first contract is taken as it is written there', () => {
  const toml = `[agent.logging]
enabled = true
buffer_size = 250
flush_interval = 5
pod_selector = {}
min_level = "ERROR"
max_message_length = 1024`
  expect(parse({}, toml)).toMatchObject({
    LOGGING_ENABLED: true,
    BUFFER_SIZE: 250,
    FLUSH_INTERVAL_SECONDS: 5,
    MIN_LEVEL: 'ERROR',
    MAX_MESSAGE_LENGTH: 1024,
  })
})

test('the defaults are those of the contract', () => {
  expect(parse({})).toMatchObject({
    LOGGING_ENABLED: true,
    BUFFER_SIZE: 100,
    FLUSH_INTERVAL_SECONDS: 30,
    MIN_LEVEL: 'INFO',
    MAX_MESSAGE_LENGTH: 4096,
    SPOOL_MAX_BYTES: 536_870_912,
    FOLLOW_NAMESPACE: 'host',
    FOLLOW: [],
  })
})

test('a selector of pods is a table, JSON, or what Kubernetes writes', () => {
  const expected = [
    { key: 'app', operator: 'in', values: ['web'] },
    { key: 'tier', operator: 'in', values: ['front'] },
  ]
  const api = { KUBERNETES: 'api' }
  expect(parse(api, '[agent.logging.pod_selector]\napp = "web"\ntier = "front"').POD_SELECTOR).toEqual(
    expected,
  )
  expect(parse({ ...api, POD_SELECTOR: '{"app":"web","tier":"front"}' }).POD_SELECTOR).toEqual(expected)
  expect(parse({ ...api, POD_SELECTOR: 'app=web, tier=front' }).POD_SELECTOR).toEqual(expected)
})

test('inside a cluster pods are read without being told to, outside not', () => {
  expect(kubernetesMode(parse({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }))).toBe('api')
  expect(kubernetesMode(parse({}))).toBe('off')
  expect(kubernetesMode(parse({ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES: 'off' }))).toBe('off')
})

test('the rules for pods are those of the contract', () => {
  expect(podRulesOf(parse({ AGENT_ID: agentId }))).toEqual(managedRules)
})

test('globs are split at commas, but not within braces', () => {
  expect(parse({ FOLLOW: ' /var/log/{a,b}/*.log, /x ,' }).FOLLOW).toEqual(['/var/log/{a,b}/*.log', '/x'])
})

test('rules of one’s own are a list in the file, or JSON in the environment', () => {
  const rule = { name: 'badge', pattern: 'emp-\\d{6}', replacement: '[masked]' }
  const toml = `[[agent.redact_rules]]
name = "badge"
pattern = 'emp-\\d{6}'`
  expect(parse({}, toml).REDACT_RULES).toEqual([rule])
  expect(parse({ REDACT_RULES: JSON.stringify([rule]) }).REDACT_RULES).toEqual([rule])
})

test('a rule that is at fault is named', () => {
  const rules = [
    { name: 'fine', pattern: 'a' },
    { name: 'broken', pattern: '(a' },
  ]
  expect(() => parse({ REDACT_RULES: JSON.stringify(rules) })).toThrow(/REDACT_RULES.*rule broken: /)
})

test.each([
  ['http:// beyond loopback', { BROKER_URL: 'http://10.0.0.1:3000' }, 'BROKER_URL'],
  [
    'http:// to a name that only looks like loopback',
    { BROKER_URL: 'http://localhost.example.com' },
    'BROKER_URL',
  ],
  ['another protocol', { BROKER_URL: 'ftp://127.0.0.1' }, 'BROKER_URL'],
  ['two keys', { AGENT_PAK: 'x' }, 'AGENT_PAK'],
  ['no key', { AGENT_PAK_FILE: '' }, 'AGENT_PAK'],
  ['a certificate without its key', { CLIENT_CERT_FILE: '/x' }, 'CLIENT_CERT_FILE'],
  ['a selector where no pods are read', { POD_SELECTOR: '{"app":"x"}' }, 'POD_SELECTOR'],
  ['a selector that cannot be read', { KUBERNETES: 'api', POD_SELECTOR: 'app in web' }, 'app in web'],
  ['the mode of a selector without one', { KUBERNETES: 'api', POD_MODE: 'selector' }, 'POD_SELECTOR'],
  ['another way to read pods', { KUBERNETES: 'yes' }, 'KUBERNETES'],
  ['an unknown level', { MIN_LEVEL: 'loud' }, 'MIN_LEVEL'],
  ['a buffer of nothing', { BUFFER_SIZE: '0' }, 'BUFFER_SIZE'],
  ['a kind of secret that is none', { REDACT: 'email,phone' }, 'REDACT'],
  ['keys of Logboom that are not masked', { REDACT_OFF: 'pak' }, 'REDACT_OFF'],
  ['rules that are no list', { REDACT_RULES: '{"name":"x"}' }, 'REDACT_RULES'],
  ['rules that are no JSON', { REDACT_RULES: 'emp-1' }, 'REDACT_RULES'],
  ['a share beyond all', { SAMPLE_PERCENT: '101' }, 'SAMPLE_PERCENT'],
  ['an id that is none', { AGENT_ID: '../x' }, 'AGENT_ID'],
])('%s is refused', (_what, env, name) => {
  expect(() => parse(env)).toThrow(name)
})

test.each(['http://127.0.0.1:3000', 'http://127.1', 'http://localhost:3000', 'http://[::1]:3000'])(
  '%s is loopback',
  (url) => {
    expect(parse({ BROKER_URL: url }).BROKER_URL).toBe(url)
  },
)

test('http:// beyond loopback is taken from those who insist', () => {
  expect(parse({ BROKER_URL: 'http://10.0.0.1', INSECURE: 'true' }).INSECURE).toBe(true)
})
