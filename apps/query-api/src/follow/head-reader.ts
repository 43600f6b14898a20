import { setImmediate as letOthersRun } from 'node:timers/promises'
import { anyStream, findHorizon, findSettledXid, listCommits } from '@logboom/db'
import type { Commit, Database, ListedCommits } from '@logboom/db'
import type { FollowWatches } from './follow-watches.ts'
import { comparePlaces } from './follow-position.ts'
import type { Place } from './follow-position.ts'
import { readBatches } from './read-batches.ts'

/** Reads what is committed beyond the place where it is, and gives it to the watches. */
export interface HeadReader {
  /** Whether somebody at that place misses nothing from now on; the first one says where reading begins. */
  reaches(place: Place): boolean
  /** Everything there is. What was given when it throws is not given again. */
  readAll(): Promise<void>
  /** Up to where everything was given; null while nobody follows. */
  place(): Place | null
  /** Nobody follows any more. */
  forget(): void
}

export interface HeadReaderOptions {
  db: Database
  /** Told how long after the beginning of its transaction a batch was given to those who follow it. */
  onGiven: (lagSeconds: number) => void
}

const commitsMax = 200
const everything = { scope: { agents: null, namespaces: null }, streams: anyStream, since: null }
const anyRow = { severities: [], since: null, until: null, text: null, attributes: [] }

export function createHeadReader({ db, onGiven }: HeadReaderOptions, watches: FollowWatches): HeadReader {
  let place: Place | null = null

  /** Gives what is new; true when there is more. */
  async function readOn(from: Place): Promise<boolean> {
    const settledXid = await findSettledXid(db)
    const listed = await listCommits(db, { ...everything, fromXid: from.xid, settledXid, limit: commitsMax })
    await give(listed, from, performance.now())
    const last = listed.commits.at(-1)
    move(listed.hasMore && last ? last : { xid: settledXid, batchNo: 0 })
    return listed.hasMore
  }

  async function give({ commits }: ListedCommits, from: Place, readMs: number): Promise<void> {
    const isPast = (commit: Commit) => comparePlaces(commit, from) <= 0 || !watches.wantsAgent(commit.agentId)
    if (commits.every(isPast)) return
    const { classes } = await findHorizon(db)
    const attributes = watches.attributes()
    const query = { classes, commits, isPast, isWanted: watches.wantsStream, filter: anyRow, attributes }
    for await (const batches of readBatches(db, query)) {
      for (const batch of batches) {
        const isGiven = watches.give(batch, attributes)
        if (isGiven) onGiven(batch.commit.ageSeconds + (performance.now() - readMs) / 1000)
        move(batch.commit)
        await letOthersRun() // what was given goes to the kernel: only a slow client is slow
      }
    }
  }

  const move = ({ xid, batchNo }: Place) => (place = { xid, batchNo })

  return {
    reaches(from) {
      place ??= { xid: from.xid, batchNo: from.batchNo }
      return comparePlaces(place, from) <= 0
    },
    async readAll() {
      while (place && (await readOn(place)));
    },
    place: () => place,
    forget: () => void (place = null),
  }
}
