import { limitGarbage } from './limit-garbage.ts'

// Before anything else is loaded: loading alone would have the heap grow to what it then never gives back.
limitGarbage()
const [{ runProcess }, { AgentConfig }, { startAgent }] = await Promise.all([
  import('@logboom/service/lifecycle'),
  import('./config.ts'),
  import('./start.ts'),
])
await runProcess('agent', AgentConfig, startAgent)
