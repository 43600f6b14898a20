import { ensureFirstAdmin, openDatabase, runMigrations } from '@logboom/db'
import { issuePak } from '@logboom/service'

// `npm run admin:init`, before the services of a broker start for the first time: brings the database that DATABASE_URL
// names to this version and prints the first admin PAK. Of any number that run at once, one prints it; none does again.

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
let pak: string | null
try {
  pak = await ensureFirstAdmin(db, { issue: issuePak, label: 'first admin' })
} finally {
  await db.close()
}
if (pak === null) process.stderr.write('there is an admin PAK already; it is shown only once\n')
else process.stdout.write(`${pak}\n`)
