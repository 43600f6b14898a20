import { test } from 'vitest'
import { expectKillsLoseNothing } from './kill-kubernetes-fixture.ts'

test('killed ten times at any moment, the agent sends every line that a container writes, and repeats one only with the same id and time', async () => {
  await expectKillsLoseNothing({ kills: 10, linesMin: 10_000 })
}, 300_000)
