import { sumCounts } from '@logboom/db'
import type { ClassSpan, CountedSearch, CountsDoubt, Database, Span, TimeCount } from '@logboom/db'
import type { Walk } from './walk-rows.ts'

const minuteUs = 60e6
/** One is the rule; a partition that is detached, or late lines that expire, make it two. */
const attemptsMax = 4
/** Where late lines are strewn over more stretches than this, what lies between them is looked at as well. */
const spansMax = 8

export interface CountOptions {
  /** Whole minutes. */
  intervalSeconds: number
  /** For each statement; default: that of all statements. */
  timeoutMs?: number
}

/** True for filters that the counts know of: streams, levels and time. */
export function isCountable({ matches, filter, range }: Walk): boolean {
  const asksOfText = matches !== null || filter.text !== null || filter.attributes.length > 0
  return !asksOfText && range.toUs - range.fromUs >= minuteUs
}

/**
 * The rows of a search by interval and severity, from the counts that writers keep, which tell whole minutes; rows are
 * looked at only in the minutes that `since` and `until` cut, and where some of a minute have expired. Null when it
 * cannot be told so: then they must be counted one by one.
 * @throws what `isStatementTimeout` knows when it takes too long
 */
export async function countFromCounts(
  db: Database,
  walk: Walk,
  { intervalSeconds, timeoutMs }: CountOptions,
): Promise<TimeCount[] | null> {
  const sum = await sumTruly(walk, (query) => sumCounts(db, { ...query, intervalSeconds }, { timeoutMs }))
  return sum && sum.counts
}

/**
 * Sums counts again until all that they cannot tell was looked at: whatever they are summed by. Null as above.
 */
export async function sumTruly<Sum extends CountsDoubt>(
  walk: Walk,
  sumOf: (query: CountedSearch) => Promise<Sum>,
): Promise<Sum | null> {
  const counted = wholeMinutesOf(walk)
  if (counted.fromUs >= counted.toUs) return null
  const edges = [
    { fromUs: walk.range.fromUs, toUs: Math.min(counted.fromUs, walk.range.toUs) },
    { fromUs: Math.max(counted.toUs, walk.range.fromUs), toUs: walk.range.toUs },
  ].filter(({ fromUs, toUs }) => fromUs < toUs)
  let holes: Span[] = []
  let expiring = merged(guessExpiring(walk), counted)
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    walk.signal.throwIfAborted()
    const sum = await sumOf({
      ...walk,
      counted,
      holes,
      scanned: [...edges, ...holes],
      expiring: expiring.flatMap((span) => without(span, holes)),
      after: null,
    })
    const missed = sum.expiring.filter((span) => !isCovered(span, expiring))
    const detached = merged(sum.detached, counted).filter((span) => !isCovered(span, holes))
    if (missed.length === 0 && detached.length === 0) return sum
    expiring = merged([...expiring, ...missed], counted)
    holes = merged([...holes, ...detached], counted)
  }
  return null
}

/** Without `since` or `until`, as far as there is anything: then it does no harm to count beyond it. */
function wholeMinutesOf({ filter: { since, until }, range }: Walk): Span {
  const fromUs = since ? since.us + (since.ns > 0 ? 1 : 0) : floor(range.fromUs)
  return { fromUs: ceil(fromUs), toUs: until ? floor(until.us) : ceil(range.toUs) }
}

/**
 * Where rows mostly lie that were received in the minute that their class is just losing: in it and the one before. It
 * may be the next minute by the time it is asked.
 */
function guessExpiring({ sight: { classes }, nowUs }: Walk): ClassSpan[] {
  return classes.map(({ classId, retentionSeconds }) => {
    const minute = floor(nowUs - retentionSeconds * 1e6)
    return { classId, fromUs: minute - minuteUs, toUs: minute + 2 * minuteUs }
  })
}

/** In whole minutes within `counted`, none overlapping another of its class. */
function merged<S extends Span & Partial<ClassSpan>>(spans: readonly S[], counted: Span): S[] {
  const within = spans
    .map((span) => ({
      ...span,
      fromUs: Math.max(floor(span.fromUs), counted.fromUs),
      toUs: Math.min(ceil(span.toUs), counted.toUs),
    }))
    .filter(({ fromUs, toUs }) => fromUs < toUs)
  return [...Map.groupBy(within, ({ classId }) => classId).values()].flatMap(joined)
}

function joined<S extends Span>(spans: S[]): S[] {
  const found: S[] = []
  for (const span of spans.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = found.at(-1)
    if (last && span.fromUs <= last.toUs) last.toUs = Math.max(last.toUs, span.toUs)
    else found.push({ ...span })
  }
  const [first, last] = [found[0], found.at(-1)]
  return found.length > spansMax && first && last ? [{ ...first, toUs: last.toUs }] : found
}

/** What is left of a span, whose rows would otherwise be counted twice. */
function without<S extends Span>(span: S, holes: readonly Span[]): S[] {
  return holes
    .reduce<S[]>(
      (left, hole) =>
        left.flatMap((part) => [
          { ...part, toUs: Math.min(part.toUs, hole.fromUs) },
          { ...part, fromUs: Math.max(part.fromUs, hole.toUs) },
        ]),
      [span],
    )
    .filter(({ fromUs, toUs }) => fromUs < toUs)
}

function isCovered(span: Span & Partial<ClassSpan>, by: readonly (Span & Partial<ClassSpan>)[]): boolean {
  return by.some(
    ({ classId, fromUs, toUs }) => classId === span.classId && fromUs <= span.fromUs && toUs >= span.toUs,
  )
}

function floor(us: number): number {
  return Math.floor(us / minuteUs) * minuteUs
}

function ceil(us: number): number {
  return Math.ceil(us / minuteUs) * minuteUs
}
