import { spawnSync } from 'node:child_process'
import type { Command } from './launch-server.ts'

/**
 * The command, changed so that it gets `signal` when we end, even by SIGKILL. Linux alone can do that; elsewhere a
 * server that was left behind is ended by the next start.
 */
export function endWithParent(command: string, args: string[], signal: NodeJS.Signals): Command {
  const guard = ['--pdeathsig', signal.replace('SIG', '')]
  const works = process.platform === 'linux' && spawnSync('setpriv', [...guard, 'true']).status === 0
  return works ? { command: 'setpriv', args: [...guard, command, ...args] } : { command, args }
}
