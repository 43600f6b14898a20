import type { AgentLimits } from '@logboom/contracts'

export interface LimitField {
  name: keyof AgentLimits
  label: string
  hint: string
  min: number
}

/** Every limit that can be overridden for an agent, in words. */
export const limitFields: readonly LimitField[] = [
  {
    name: 'requests_per_minute',
    label: 'Requests a minute',
    hint: 'For each instance of the agent; more are answered 429.',
    min: 1,
  },
  { name: 'request_burst', label: 'Requests at once', hint: 'After a quiet time.', min: 1 },
  {
    name: 'max_entries_per_request',
    label: 'Entries in a request',
    hint: 'Larger ones are answered 413.',
    min: 1,
  },
  { name: 'max_instances', label: 'Instances', hint: 'With a budget of requests of their own.', min: 1 },
  { name: 'max_message_bytes', label: 'Bytes of a message', hint: 'Longer ones are cut.', min: 64 },
  { name: 'max_body_bytes', label: 'Bytes of a request', hint: 'After decompression.', min: 1024 },
  { name: 'max_logs', label: 'Entries kept', hint: 'Beyond it the oldest go; 0 = no bound.', min: 0 },
]
