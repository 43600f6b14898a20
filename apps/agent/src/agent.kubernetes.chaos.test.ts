import { test } from 'vitest'
import { expectKillsLoseNothing } from './kill-kubernetes-fixture.ts'

test('killed fifty times at any moment, the agent sends every line that a container writes, and repeats one only with the same id and time', async () => {
  await expectKillsLoseNothing({ kills: 50, linesMin: 100_000 })
}, 600_000)
