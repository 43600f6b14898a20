import { parseConfig } from '@logboom/service'
import { expect, test } from 'vitest'
import { DryRunConfig } from '../config.ts'
import { mainOptions, readRequest } from './read-request.ts'
import { usage } from './usage.ts'

function givenBy(...args: string[]): Record<string, string> {
  const request = readRequest(args)
  if (!('given' in request)) throw new Error(JSON.stringify(request))
  return request.given
}

function faultOf(...args: string[]): string {
  const request = readRequest(args)
  if (request.kind !== 'fault') throw new Error(`was taken as ${request.kind}`)
  return request.text
}

test('every option is a setting under its other name', () => {
  const args = [
    '--docker',
    '--kubernetes',
    '--stdin',
    '--broker',
    'https://b',
    '--agent-id=a',
    '--spool-dir',
    '/s',
  ]
  expect(givenBy(...args, '--config', 'x.yaml', '--min-level', 'WARN', '--insecure')).toEqual({
    DOCKER: 'true',
    KUBERNETES: 'api',
    STDIN: 'true',
    INSECURE: 'true',
    BROKER_URL: 'https://b',
    AGENT_ID: 'a',
    SPOOL_DIR: '/s',
    LOGBOOM_CONFIG: 'x.yaml',
    MIN_LEVEL: 'WARN',
  })
  expect(readRequest([])).toEqual({ kind: 'run', given: {} })
})

test('a key file on the command line is the key that counts, whatever the environment holds', () => {
  expect(givenBy('--pak-file', '/run/pak')).toEqual({ AGENT_PAK_FILE: '/run/pak', AGENT_PAK: '' })
})

test('a path arrives as it was given, also with commas and braces', () => {
  const given = givenBy('--file', '/var/log/{a,b}/*.log', '--file', 'one,two.log', '--file', 'three.log')
  expect(parseConfig('agent', DryRunConfig, { env: given }).FOLLOW).toEqual([
    '/var/log/{a,b}/*.log',
    'one,two.log',
    'three.log',
  ])
})

test('any other setting is given by the name of its variable', () => {
  expect(givenBy('--set', 'BUFFER_SIZE=5', '--set=FOLLOW_EXCLUDE=a=b')).toEqual({
    BUFFER_SIZE: '5',
    FOLLOW_EXCLUDE: 'a=b',
  })
})

test.each([
  ['an unknown option', ['--brokre', 'x'], /^Unknown option '--brokre'$/],
  ['an option without its value', ['--broker'], /--broker/],
  ['a pattern that the shell expanded', ['--file', 'a.log', 'b.log'], /^'b.log' belongs to no option; quote/],
  ['an empty path', ['--file='], /^--file must not be empty$/],
  ['an empty value', ['--broker='], /^--broker must not be empty$/],
  [
    'a setting in small letters',
    ['--set', 'buffer_size=hush'],
    /^--set takes NAME=VALUE .* not 'buffer_size'$/,
  ],
  ['two things to do', ['--dry-run', '--print-config'], /different things to do$/],
  ['redact of nothing', ['redact'], /^redact needs --test FILE/],
])('%s is refused in words', (_what, args, fault) => {
  expect(faultOf(...args)).toMatch(fault)
})

test('the help names every option', () => {
  expect(readRequest(['--help', '--broker=x'])).toEqual({ kind: 'help' })
  for (const option of Object.keys(mainOptions)) expect(usage).toContain(`--${option}`)
})
