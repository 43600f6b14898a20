import { version } from '../version.ts'
import type { CliRequest } from './read-request.ts'
import { usage } from './usage.ts'

/** What is said and how the command ends; an agent that runs says nothing here. */
export interface CliAnswer {
  out?: string
  err?: string
  exitCode: number
}

/** Does what the command line asks for. What it needs is loaded when it is needed: `--help` comes at once. */
export async function perform(request: CliRequest): Promise<CliAnswer | undefined> {
  switch (request.kind) {
    case 'help':
      return { out: usage, exitCode: 0 }
    case 'version':
      return { out: `logboom-agent ${version}\n`, exitCode: 0 }
    case 'fault':
      return faultOf(request.text)
    case 'redact': {
      const { testRedaction } = await import('./test-redaction.ts')
      return testRedaction(request.file, request.given, (line) => void process.stdout.write(line))
    }
    case 'run':
    case 'dry-run':
    case 'check-config':
    case 'print-config':
      return performWithSettings(request)
    default:
      return request satisfies never
  }
}

async function performWithSettings({
  kind,
  given,
}: Extract<CliRequest, { kind: 'run' | 'dry-run' | 'check-config' | 'print-config' }>): Promise<
  CliAnswer | undefined
> {
  const { AgentConfig } = await import('../config.ts')
  const stranger = Object.keys(given).find(
    (name) => name !== 'LOGBOOM_CONFIG' && !(name in AgentConfig.shape),
  )
  if (stranger !== undefined) return faultOf(`this version has no setting ${stranger}`)
  if (kind === 'check-config' || kind === 'print-config') {
    const { checkConfig, printConfig } = await import('./show-config.ts')
    return kind === 'check-config' ? checkConfig(given) : printConfig(given)
  }
  const { runAgent, runDry } = await import('./run-agent.ts')
  await (kind === 'run' ? runAgent(given) : runDry(given))
  return undefined
}

function faultOf(text: string): CliAnswer {
  return { err: `logboom-agent: ${text}\nlogboom-agent: see logboom-agent --help\n`, exitCode: 2 }
}
