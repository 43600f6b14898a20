import { runProcess } from '@logboom/service'
import { AgentConfig } from './config.ts'
import { startAgent } from './start.ts'

await runProcess('agent', AgentConfig, startAgent)
