import type { PartName } from './options.ts'
import type { Part } from './part.ts'
import { ingest } from './parts/ingest.ts'
import { latency } from './parts/latency.ts'
import { memory } from './parts/memory.ts'
import { reads } from './parts/reads.ts'
import { rivals } from './parts/rivals.ts'

export const parts: Partial<Record<PartName, Part>> = { ingest, latency, memory, reads, rivals }
