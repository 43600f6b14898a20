import { decodeRow, decodeTuple, encodeFields, splitTuples, textJobVersion } from '@logboom/contracts'
import type { BatchJob, RowFields } from '@logboom/contracts'

/** The rows of a job one by one, each in the format of the job. */
export function splitRows({ header, rows }: BatchJob): Buffer[] {
  if (header.v !== textJobVersion) return splitTuples(rows)
  const lines = rows.toString().split('\n').slice(0, -1)
  return lines.map((line) => Buffer.from(`${line}\n`))
}

/** One of them as people read it, and as the line of COPY text by which it is kept as a dead letter. */
export function readRow(version: number, row: Buffer): { fields: RowFields; line: string } {
  if (version !== textJobVersion) {
    const fields = decodeTuple(row)
    return { fields, line: encodeFields(fields) }
  }
  const line = row.toString().slice(0, -1)
  return { fields: decodeRow(line), line }
}
