import { ConfigError, parseConfig, readSources } from '@logboom/service/config'
import { explainConfig } from '@logboom/service/explain-config'
import type { ExplainedSetting } from '@logboom/service/explain-config'
import { AgentConfig } from '../config.ts'
import type { CliAnswer } from './perform.ts'
import type { Given } from './read-request.ts'

/** Whether an agent would start with these settings; every fault otherwise. */
export function checkConfig(given: Given): CliAnswer {
  const faults = faultsOf(given)
  return faults === null ? { out: 'the configuration is good\n', exitCode: 0 } : { err: faults, exitCode: 2 }
}

/**
 * Everything that is in force, as a TOML file that would say the same, with where each value comes from. What has faults
 * is shown as well, since that is when one wants to see it.
 */
export function printConfig(given: Given): CliAnswer {
  const faults = faultsOf(given)
  const shown = settingsText(given)
  return { out: shown, ...(faults !== null && { err: faults }), exitCode: faults === null ? 0 : 2 }
}

function settingsText(given: Given): string {
  try {
    const { settings } = explainConfig('agent', AgentConfig, readSources('agent', given))
    return tomlOf(settings, given)
  } catch (err) {
    if (err instanceof ConfigError) return '' // its file cannot be read, which is told as a fault
    throw err
  }
}

function tomlOf(settings: readonly ExplainedSetting[], given: Given): string {
  const tables = Map.groupBy(settings, ({ toml }) => toml.slice(0, toml.lastIndexOf('.')))
  const parts = [...tables].map(([table, rows]) => {
    const lines = rows.map((row) => lineOf(row, given))
    return `[${table}]\n${lines.join('\n')}\n`
  })
  return parts.join('\n')
}

function lineOf({ name, toml, type, text, from, secret }: ExplainedSetting, given: Given): string {
  const key = toml.slice(toml.lastIndexOf('.') + 1)
  const origin = from === 'environment' && given[name] !== undefined ? 'command line' : from
  const note = from === 'default' ? '' : `  # ${name} of the ${origin}`
  if (text === undefined) return `# ${key} = ""  # not set`
  const isBare = /^(?:integer|number|boolean)/.test(type) && /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(text)
  return `${secret ? '# ' : ''}${key} = ${isBare ? text : JSON.stringify(text)}${note}`
}

function faultsOf(given: Given): string | null {
  try {
    parseConfig('agent', AgentConfig, readSources('agent', given))
    return null
  } catch (err) {
    if (err instanceof ConfigError) return `${err.message}\n`
    throw err
  }
}
