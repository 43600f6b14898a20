import { useQuery } from '@tanstack/react-query'
import type { LogContext, StoredEntry } from '@logboom/contracts'
import { useEffect, useRef, useState } from 'react'
import { getJson } from '../api/request.ts'
import { Dialog } from '../components/dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { formatClock } from '../format/format-time.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { markMessage } from './cut-message.ts'
import { keyOf } from './list-row.ts'
import { MessageText } from './message-text.tsx'

interface ContextDialogProps {
  line: { id: string; timestamp: string }
  close: () => void
}

const sizes = [25, 100, 500]
const noMatches = () => []

/** The lines around one line, of its container alone: what it did before, and after. */
export function ContextDialog({ line: { id, timestamp }, close }: ContextDialogProps) {
  const [size, setSize] = useState(0)
  const count = sizes[size] ?? 500
  const params = new URLSearchParams({ id, timestamp, before: `${count}`, after: `${count}` })
  const context = useQuery({
    queryKey: ['context', id, timestamp, count],
    queryFn: ({ signal }) => getJson<LogContext>(`/logs/context?${params}`, { signal }),
    placeholderData: (before) => before,
  })
  const source = context.data?.entry
  const hasMore = context.data && (context.data.has_more_before || context.data.has_more_after)
  return (
    <Dialog title="Context" close={close} className="context-dialog">
      {source && (
        <p className="dim mono">
          {[source.namespace, source.pod_name, source.container_name].filter(Boolean).join(' / ')}
        </p>
      )}
      {context.error && <Failure error={context.error} retry={() => void context.refetch()} />}
      {context.isPending && <Loading what="the lines around it" />}
      {context.data && <ContextLines context={context.data} />}
      {hasMore && size < sizes.length - 1 && (
        <button className="button" type="button" onClick={() => setSize(size + 1)}>
          Show {sizes[size + 1]} lines before and after
        </button>
      )}
    </Dialog>
  )
}

function ContextLines({ context: { before, entry, after } }: { context: LogContext }) {
  const target = useRef<HTMLLIElement>(null)
  useEffect(() => {
    target.current?.scrollIntoView({ block: 'center' })
  }, [before.length])
  return (
    <ol className="context-lines" tabIndex={0} aria-label="Lines around the line">
      {before.map((line) => (
        <ContextLine key={keyOf(line)} line={line} />
      ))}
      <ContextLine line={entry} ref={target} isTarget />
      {after.map((line) => (
        <ContextLine key={keyOf(line)} line={line} />
      ))}
    </ol>
  )
}

interface ContextLineProps {
  line: StoredEntry
  isTarget?: boolean
  ref?: React.Ref<HTMLLIElement>
}

function ContextLine({ line, isTarget = false, ref }: ContextLineProps) {
  const [zone] = useTimeZone()
  return (
    <li ref={ref} className={isTarget ? 'target' : ''} aria-current={isTarget ? 'true' : undefined}>
      <span className="line-time">{formatClock(line.timestamp, zone)}</span>
      <span className={`line-level level-${line.level ?? 'none'}`}>{line.level ?? '–'}</span>
      <span className="line-text">
        <MessageText pieces={markMessage(line.message.slice(0, 4000), noMatches)} />
      </span>
    </li>
  )
}
