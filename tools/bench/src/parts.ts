import type { PartName } from './options.ts'
import type { Part } from './part.ts'
import { agent } from './parts/agent.ts'
import { ingest } from './parts/ingest.ts'
import { retention } from './parts/retention.ts'

export const parts: Partial<Record<PartName, Part>> = { agent, ingest, retention }
