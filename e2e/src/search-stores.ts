import { zstdDecompressSync } from 'node:zlib'
import type { Redis } from 'ioredis'
import type pg from 'pg'

/** Tables of PostgreSQL, partitions too, in whose rows the text stands. */
export async function tablesWith(pool: pg.Pool, text: string): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(`
    select format('%I.%I', table_schema, table_name) as name
    from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`)
  const found: string[] = []
  for (const { name } of tables) {
    const query = `select 1 from ${name} as row where strpos(row::text, $1::text) > 0 limit 1`
    if (((await pool.query(query, [text])).rowCount ?? 0) > 0) found.push(name)
  }
  return found.toSorted()
}

/** Keys of Redis in whose name or value the text stands, also inside of compressed jobs. */
export async function keysWith(redis: Redis, text: string): Promise<string[]> {
  const found: string[] = []
  for await (const keys of redis.scanStream({ count: 1_000 })) {
    for (const key of keys as string[]) {
      // of scanStream, which is typed as any stream
      const texts = [key, ...(await readKey(redis, key))].flatMap((value) => [value, ...unpack(value)])
      if (texts.some((one) => one.includes(text))) found.push(key)
    }
  }
  return found.toSorted()
}

async function readKey(redis: Redis, key: string): Promise<string[]> {
  const type = await redis.type(key)
  if (type === 'string') return [(await redis.get(key)) ?? '']
  if (type === 'hash') return Object.entries(await redis.hgetall(key)).flat()
  if (type === 'list') return redis.lrange(key, 0, -1)
  if (type === 'set') return redis.smembers(key)
  if (type === 'zset') return redis.zrange(key, '0', '-1')
  if (type === 'stream') return (await redis.xrange(key, '-', '+')).flatMap(([, fields]) => fields)
  if (type === 'none') return [] // it has gone since it was listed
  throw new Error(`${key} is a ${type}, which nobody here can read`)
}

// zstd's magic number, at the beginning of a run of base64.
const PACKED = /KLUv\/[A-Za-z0-9+/]+={0,2}/g

function unpack(value: string): string[] {
  return (value.match(PACKED) ?? []).map((run) => zstdDecompressSync(Buffer.from(run, 'base64')).toString())
}
