/**
 * The 16 bytes of a row's UUID, a character each: texts that compare as PostgreSQL compares the ids. Marked, so that none
 * is taken for the UUID's own text.
 */
export type RowId = string & { readonly rowId: true }

/** The id as PostgreSQL and people write it. */
export function uuidOf(id: RowId): string {
  const hex = Buffer.from(id, 'latin1').toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function idOfUuid(uuid: string): RowId {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('latin1') as RowId // the mark is for the compiler alone
}
