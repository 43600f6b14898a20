import { setTimeout as wait } from 'node:timers/promises'
import { endRun, sendSignal, spawnServer, whenReady } from './launch-server.ts'
import type { Exit, Run, ServerPlan } from './launch-server.ts'

export type Supervision = {
  /** Start the server again, after a growing pause, whenever it ends without having been asked. Default false. */
  supervise?: boolean
  /** Told of every end that was not asked for. */
  onExit?: (exit: Exit) => void
  /** Told in a few words what takes long, and of restarts that failed. */
  log?: (message: string) => void
}

/** A running server. */
export type Server = {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly logPath: string
  /** Graceful, within a deadline of 20 s. */
  stop(): Promise<void>
  /** Resolves after SIGKILL when the process is gone, else at once. SIGSTOP freezes PostgreSQL's sessions too. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** The same port and data, after a graceful stop or after `kill`. */
  restart(): Promise<void>
}

const PAUSE_FIRST_MS = 250
const PAUSE_MAX_MS = 10_000
// One that lived shorter than this will probably end again (a full disk): the next pause is twice as long.
const HEALTHY_MS = 30_000

/** Starts the server of `plan`, waits until it answers, and keeps watch over it. Throws with its last log lines. */
export async function superviseServer(plan: ServerPlan, supervision: Supervision): Promise<Server> {
  const stopping = new AbortController()
  const pause = createPause(stopping.signal)
  let run = spawnServer(plan)
  await watchWhenReady()

  function watch(watched: Run): void {
    void watched.exited.then((exit) => {
      if (watched.endAsked) return
      supervision.onExit?.(exit)
      if (supervision.supervise) void bringBack(watched)
    })
  }

  async function watchWhenReady(): Promise<void> {
    await whenReady(plan, run)
    watch(run)
  }

  async function bringBack(dead: Run): Promise<void> {
    await pause(Date.now() - dead.since)
    if (stopping.signal.aborted || run !== dead) return // stopped, or restarted by hand
    try {
      run = spawnServer(plan)
      watch(run) // which also tries again if it ends before it is ready
      await whenReady(plan, run)
    } catch (error) {
      supervision.log?.(String(error))
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await endRun(plan, run)
    plan.state.stopped()
  }

  async function restart(): Promise<void> {
    await endRun(plan, run)
    run = spawnServer(plan)
    await watchWhenReady()
  }

  const kill = (signal: NodeJS.Signals) => sendSignal(plan, run, signal)
  return toServer(plan, () => run.pid, { stop, kill, restart })
}

function toServer(
  { url, port, logPath }: ServerPlan,
  pidNow: () => number,
  actions: Pick<Server, 'stop' | 'kill' | 'restart'>,
): Server {
  return {
    url,
    port,
    logPath,
    get pid() {
      return pidNow()
    },
    ...actions,
  }
}

/** Waits before a start, twice as long after each short life. */
function createPause(stopping: AbortSignal): (livedMs: number) => Promise<void> {
  let pauseMs = PAUSE_FIRST_MS
  return async (livedMs) => {
    if (livedMs > HEALTHY_MS) pauseMs = PAUSE_FIRST_MS
    await wait(pauseMs, undefined, { signal: stopping }).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)
  }
}
