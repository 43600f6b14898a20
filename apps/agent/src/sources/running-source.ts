import type { Source } from './raw-line.ts'

/** What is asked of everything that reads, whatever it reads. */
export interface RunningSource {
  /** False until it knows what there is to read: a first look at the files, a first list of the containers. */
  isSynced(): boolean
  /** What it reads at this moment. */
  streams(): Iterable<StreamView>
}

/** A stream as somebody sees it who asks what the agent is doing. */
export interface StreamView {
  kind: 'file' | 'stdin' | 'docker' | 'kubernetes'
  source: Pick<Source, 'key' | 'names' | 'readUntilUs'>
  /** In a word or two: `following`, `rotated away`, `waiting`. */
  state: string
  /** Lines of the stream so far. */
  lines: number
  /** The time of the last of them, microseconds since 1970. */
  lastLineUs: number | null
}
