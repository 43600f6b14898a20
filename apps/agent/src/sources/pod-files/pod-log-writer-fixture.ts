import { rmSync } from 'node:fs'
import { nowTime } from '../kubernetes/fake-kubelet-fixture.ts'
import type { FakePodLogs } from './fake-pod-logs-fixture.ts'

/** What a container, its runtime and the kubelet do. */
export type LogStep =
  | { do: 'write'; lines: number; repeats: boolean; output: 'stdout' | 'stderr'; laterMs?: number }
  | { do: 'long'; parts: number }
  | { do: 'rotate' | 'rename' | 'back' | 'life' | 'compress' }
  | { do: 'remove'; files: number }

export interface PodLogWriter {
  /** All lines that were written, in order. */
  produced: string[]
  take(step: LogStep): void
  /** What is half done is done. */
  settle(): void
}

type Writes = Pick<Steps, 'write' | 'long'>
type Steps = { [Do in LogStep['do']]: (step: Extract<LogStep, { do: Do }>) => void }

/** Writes logs and keeps to the order in which kubelets rotate, compress and remove. */
export function createPodLogWriter(logs: FakePodLogs): PodLogWriter {
  const produced: string[] = []
  const { settle, ...moves } = createMover(logs)
  const steps: Steps = { ...createLines(logs, produced), ...moves }
  return {
    produced,
    settle,
    // The step that is named takes its own kind.
    take: (step) => (steps[step.do] as (step: LogStep) => void)(step),
  }
}

function createLines(logs: FakePodLogs, produced: string[]): Writes {
  return {
    write({ lines, repeats, output, laterMs = 0 }) {
      for (let n = 0; n < lines; n += 1) {
        const { us, ns } = nowTime()
        const text = repeats ? 'same' : `line ${produced.length}`
        produced.push(text)
        logs.write(text, { output, time: { us: us + laterMs * 1000, ns } })
      }
    },
    long({ parts }) {
      const heads = Array.from({ length: parts }, (_, n) => `part ${n} `)
      for (const head of heads) logs.write(head, { isPart: true })
      logs.write('between', { output: 'stderr' })
      logs.write('end')
      produced.push('between', `${heads.join('')}end`)
    },
  }
}

function createMover(logs: FakePodLogs): Omit<Steps, keyof Writes> & Pick<PodLogWriter, 'settle'> {
  /** Rotated files that are not compressed, and all of them; oldest first. */
  const plain: string[] = []
  const kept: string[] = []
  let renamed: string | null = null
  function settle(): void {
    if (renamed === null) return
    logs.reopen()
    plain.push(renamed)
    kept.push(renamed)
    renamed = null
  }
  function rename(): void {
    settle()
    renamed = logs.rotate({ reopens: false })
  }
  return {
    settle,
    rename,
    rotate() {
      rename()
      settle()
    },
    back() {
      if (renamed !== null) logs.renameBack()
      renamed = null
    },
    life() {
      settle()
      logs.nextLife()
    },
    compress() {
      // The newest is left as it is: the runtime may not have turned from it.
      for (const name of plain.splice(0, plain.length - 1)) logs.compress(name)
    },
    remove({ files }) {
      for (const name of kept.splice(0, files))
        for (const path of [name, `${name}.gz`]) rmSync(logs.path(path), { force: true })
    },
  }
}
