import type { LogTime } from '@logboom/contracts'
import { printOf } from '../../identity/file-identity.ts'
import type { ContainerPosition, LineMemory } from '../../spool/position.ts'
import { createContainerSource } from '../kubernetes/container-source.ts'
import type { ContainerSource, SourceOptions } from '../kubernetes/container-source.ts'
import type { ManagedPod } from '../kubernetes/managed-pod.ts'

/** A container whose files are read. Its key, its ids and most of its position are those of the API. */
export interface PodFileSource extends ContainerSource {
  /** Where a later reading must begin. */
  resume: ResumePoints
}

/** A place in the files of a container, and what was known there. */
export interface ReadPlace {
  /** Counts the lines of the files that were read. */
  order: number
  name: string
  inode: string
  offset: number
  /** The bytes before the offset, in memory of their own. */
  before: Buffer
  /** What the pipeline remembered there. */
  memory: LineMemory
}

/**
 * How far back a later reading must go: to where a line begins whose end has not come, and before all lines that have
 * the time of the last one, as lines of one time are numbered.
 */
export interface ResumePoints {
  marks: { bucket: number; place: ReadPlace }[]
  /** By output. */
  open: Map<string, ReadPlace>
  /** Where the last process began to read, as long as nothing new was taken. */
  known: ContainerPosition['file']
}

/** Lines of two outputs are written out of order by less than that. */
const bucketUs = 100_000
/** Lines that are so much earlier were written after the clock was set back. */
const backBucketsMax = 600

/** A line is about to be pushed that begins at `place`, which is asked for when it is needed. */
export function markLine(
  { marks, open }: ResumePoints,
  time: LogTime,
  place: ReadPlace | (() => ReadPlace),
): void {
  const bucket = Math.floor(time.us / bucketUs)
  const latest = marks.at(-1)?.bucket ?? -Infinity
  if (bucket < latest - backBucketsMax) marks.length = 0
  else if (bucket <= latest) return
  // Who begins in the middle of a line would take its rest for one.
  const begin = typeof place === 'function' ? place() : place
  marks.push({ bucket, place: firstOf([begin, ...open.values()]) ?? begin })
  while ((marks[0]?.bucket ?? bucket) < bucket - 1) marks.shift()
}

/** What was sent until now is never read again: parts of a line were sent as if it ended there. */
export function forgetMarks(resume: ResumePoints, place: ReadPlace): void {
  const latest = resume.marks.at(-1)
  resume.open.clear()
  resume.marks = [{ bucket: latest?.bucket ?? 0, place }]
}

export function createPodFileSource(
  pod: ManagedPod,
  containerName: string,
  known: ContainerPosition | undefined,
  options: SourceOptions,
): PodFileSource {
  const source = createContainerSource(pod, containerName, known, options)
  const resume: ResumePoints = { marks: [], open: new Map(), known: known?.file ?? null }
  const positionOfContainer = source.position
  return Object.assign(source, {
    resume,
    position(): ContainerPosition {
      const place = firstPlace(resume)
      const position = positionOfContainer()
      if (!place || source.isHeld) return { ...position, file: resume.known }
      const { name, inode, offset, before, memory } = place
      return {
        ...position,
        ...memory,
        file: { name, inode, offset, marker: printOf(options.printKey, before) },
      }
    },
  })
}

function firstPlace({ marks, open }: ResumePoints): ReadPlace | undefined {
  return firstOf([...open.values(), ...marks.slice(0, 1).map(({ place }) => place)])
}

function firstOf(places: readonly ReadPlace[]): ReadPlace | undefined {
  return places.toSorted((a, b) => a.order - b.order)[0]
}
