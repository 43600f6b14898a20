import { expect, test } from 'vitest'
import { lineBytes, makeLines, plantedSecret } from './make-lines.ts'

const linesOf = (container: number) =>
  makeLines({ container, from: 40, count: 100, name: 'run' }).toString().trimEnd().split('\n')

test('every line is as long as told, and no two are alike', () => {
  const lines = [0, 1, 2, 3, 4, 5].flatMap(linesOf)
  expect(new Set(lines.map((line) => Buffer.byteLength(line) + 1))).toEqual(new Set([lineBytes]))
  expect(new Set(lines).size).toBe(600)
})

test('a fifth of the containers writes JSON that parses', () => {
  expect(linesOf(1).map((line) => typeof JSON.parse(line))).toEqual(
    Array.from({ length: 100 }, () => 'object'),
  )
})

test('one line in twenty holds a secret, whole', () => {
  for (const container of [0, 1, 2, 3, 4])
    expect(linesOf(container).filter((line) => line.includes(`password=${plantedSecret}`))).toHaveLength(5)
})
