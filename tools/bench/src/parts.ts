import type { PartName } from './options.ts'
import type { Part } from './part.ts'
import { agent } from './parts/agent.ts'
import { growth } from './parts/growth.ts'
import { ingest } from './parts/ingest.ts'
import { latency } from './parts/latency.ts'
import { memory } from './parts/memory.ts'
import { reads } from './parts/reads.ts'
import { retention } from './parts/retention.ts'
import { rivals } from './parts/rivals.ts'

export const parts: Record<PartName, Part> = {
  ingest,
  latency,
  growth,
  reads,
  retention,
  agent,
  memory,
  rivals,
}
