import { expect, test } from 'vitest'
import { nodeFault } from './node-fault.ts'

test.each(['22.19.0', '22.20.1', '24.0.0', '26.10.0'])('Node %s runs the agent', (version) => {
  expect(nodeFault(version)).toBeUndefined()
})

test.each(['18.20.4', '20.20.2', '22.18.0'])(
  'Node %s is refused, with the release that is needed',
  (version) => {
    expect(nodeFault(version)).toBe(`needs Node 22.19 or later, and this is ${version}`)
  },
)
