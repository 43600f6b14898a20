import { useQuery } from '@tanstack/react-query'
import type { LogPage } from '@logboom/contracts'
import { getJson } from '../api/request.ts'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { formatClock } from '../format/format-time.ts'
import './newest-lines.css'

const shownLines = 20

/** The last words of a work order or deployment object, the newest at the end as in a terminal. */
export function NewestLines({ subject }: { subject: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['newest', subject],
    queryFn: ({ signal }) => getJson<LogPage>(`${subject}/logs?limit=${shownLines}&total=none`, { signal }),
    refetchInterval: 5_000,
  })
  return (
    <section className="section">
      <div className="section-head">
        <h2>Newest lines</h2>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="lines" />}
      {data?.logs.length === 0 && (
        <p className="dim">None is stored: it has not written any, or they have expired.</p>
      )}
      {data && data.logs.length > 0 && (
        <ol className="panel newest-lines" tabIndex={0} aria-label="Newest lines">
          {data.logs.toReversed().map(({ id, timestamp, level, message }) => (
            <li key={`${timestamp} ${id}`}>
              <time dateTime={timestamp}>{formatClock(timestamp, 'local')}</time>{' '}
              <span className={`level-${level ?? 'none'}`}>{level ?? '–'}</span>
              <span className="message">{message}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
