import { isDeepStrictEqual } from 'node:util'
import type { AgentConfig } from '../config.ts'

export type SettingName = keyof AgentConfig

/** Makes a part ready for other settings, and may throw; what it returns takes them into use, and may not. */
export type Prepare = (config: AgentConfig) => () => void

/** Where a part of the agent registers the settings that it takes while it runs. */
export interface Reloadable {
  onReload(names: readonly SettingName[], prepare: Prepare): void
}

export interface LiveSettings extends Reloadable {
  /** What is in force: of settings that need a restart, what they were at the start. */
  readonly current: AgentConfig
  /** Settings that some part takes while the agent runs. */
  readonly names: ReadonlySet<SettingName>
  /**
   * All parts take what has changed, or none does.
   * @throws what a part throws that cannot take it
   */
  apply(next: AgentConfig): AppliedSettings
}

export interface AppliedSettings {
  /** Settings that have changed and are in force. */
  taken: SettingName[]
  /** Settings that have changed and count from the next start on. */
  needRestart: SettingName[]
}

/** The settings of a running agent. What no part has registered needs a restart. */
export function createLiveSettings(config: AgentConfig): LiveSettings {
  const parts: { names: readonly SettingName[]; prepare: Prepare }[] = []
  const live = new Set<SettingName>()
  let current = config
  return {
    get current() {
      return current
    },
    names: live,
    onReload(names, prepare) {
      parts.push({ names, prepare })
      for (const name of names) live.add(name)
    },
    apply(next) {
      const changed = settingNames(current).filter((name) => !isDeepStrictEqual(next[name], current[name]))
      const taken = changed.filter((name) => live.has(name))
      const merged = { ...current, ...Object.fromEntries(taken.map((name) => [name, next[name]])) }
      const commits = parts
        .filter(({ names }) => names.some((name) => taken.includes(name)))
        .map(({ prepare }) => prepare(merged))
      for (const commit of commits) commit()
      current = merged
      return { taken, needRestart: changed.filter((name) => !live.has(name)) }
    },
  }
}

function settingNames(config: AgentConfig): SettingName[] {
  return Object.keys(config) as SettingName[] // a parsed configuration has no other keys
}
