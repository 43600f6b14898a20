import type { SearchProgress, StoredEntry, StoredGap } from '@logboom/contracts'
import { useEffect, useRef, useState } from 'react'
import { followLines } from './follow-lines.ts'
import type { ConnectionState } from './follow-lines.ts'
import { LiveBuffer } from './live-buffer.ts'
import type { LiveSnapshot } from './live-buffer.ts'
import type { ServerEvent } from './parse-events.ts'

export interface LiveLines {
  snapshot: LiveSnapshot
  state: ConnectionState
  progress: SearchProgress | undefined
  forget: () => void
}

/** Shown before the first line that comes live. */
const tail = 200
/** More often nobody can read, and each time all rows are built again. */
const flushMs = 120

/** Lines as they are committed, for as long as the page shows them; `params` are a search's filters. */
export function useLiveLines(params: string): LiveLines {
  const buffer = useRef(new LiveBuffer())
  const [snapshot, setSnapshot] = useState(() => buffer.current.snapshot())
  const [state, setState] = useState<ConnectionState>({ kind: 'connecting' })
  const [progress, setProgress] = useState<SearchProgress>()
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      timer = undefined
      setSnapshot(buffer.current.snapshot())
    }
    buffer.current = new LiveBuffer()
    flush()
    void followLines({
      path: `/logs/stream?${params}${params === '' ? '' : '&'}tail=${tail}`,
      signal: abort.signal,
      onState: setState,
      onEvent: (event) => {
        if (event.name === 'progress') setProgress(bodyOf<SearchProgress>(event))
        else if (takeEvent(buffer.current, event)) timer ??= setTimeout(flush, flushMs)
      },
    })
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [params])
  const forget = () => {
    buffer.current = new LiveBuffer()
    setSnapshot(buffer.current.snapshot())
  }
  return { snapshot, state, progress, forget }
}

/** Whether there is something new to show. */
function takeEvent(buffer: LiveBuffer, event: ServerEvent): boolean {
  if (event.name === 'entries') buffer.add(bodyOf<{ logs: StoredEntry[] }>(event).logs)
  else if (event.name === 'gap') buffer.addGap(bodyOf<StoredGap>(event))
  else if (event.name === 'dropped') buffer.addDropped(bodyOf<{ count: number }>(event).count)
  else return false
  return true
}

function bodyOf<T>({ data }: ServerEvent): T {
  // the API's contract, which its own tests hold it to
  return JSON.parse(data) as T
}
