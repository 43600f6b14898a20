import { openDatabase, verifyReceipts } from '@logboom/db'
import { readConfig } from '@logboom/service'
import { RetentionConfig } from './config.ts'

// Run by hand with the worker's own environment: prints what it found, and fails when a receipt was tampered with.
const config = readConfig('retention-worker', RetentionConfig)
const db = openDatabase({ url: config.DATABASE_URL, applicationName: 'logboom-verify-receipts' })
const { checked, faults } = await verifyReceipts(db.pool)
await db.close()
process.stdout.write(`${JSON.stringify({ checked, faults })}\n`)
if (faults.length > 0) process.exitCode = 1
