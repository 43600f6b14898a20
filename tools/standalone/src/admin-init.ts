import { parseArgs } from 'node:util'
import { ensureFirstAdmin, insertPak, openDatabase, runMigrations } from '@logboom/db'
import type { Database } from '@logboom/db'
import { issuePak } from '@logboom/service'

// `npm run admin:init`, before the services of a broker start for the first time: brings the database that DATABASE_URL
// names to this version and prints the first admin PAK. Of any number that run at once, one prints it. `-- --another`
// prints a further one, for those who have lost theirs: whoever holds the database may always have a key.

const { values } = parseArgs({ options: { another: { type: 'boolean', default: false } } })
const url = process.env['DATABASE_URL']
if (!url) {
  process.stderr.write('DATABASE_URL must name the database, postgresql://user:password@host:port/database\n')
  process.exit(2)
}

const applied = await runMigrations({ url })
process.stderr.write(
  `migrations applied: ${applied.length === 0 ? 'none, it is up to date' : applied.join(', ')}\n`,
)
const db = openDatabase({ url, applicationName: 'logboom-admin-init', connectionsMax: 1 })
try {
  const pak = values.another
    ? await issueAnother(db)
    : await ensureFirstAdmin(db, { issue: issuePak, label: 'first admin' })
  if (pak !== null) process.stdout.write(`${pak}\n`)
  else {
    process.stderr.write(
      'there is an admin PAK already, which is shown only once; -- --another makes a further one\n',
    )
    process.exitCode = 1
  }
} finally {
  await db.close()
}

async function issueAnother(database: Database): Promise<string> {
  const { pak, short, longHash } = issuePak()
  await insertPak(database, { kind: 'admin', short, longHash, label: 'admin:init --another' })
  return pak
}
