import { describe, expect, test } from 'vitest'
import { CliError, exitCodes } from '../cli-error.ts'
import { resume } from './resume.ts'

const away = new CliError('away', exitCodes.unavailable)
const refused = new CliError('refused', exitCodes.refused)

/** What the reader sees of lives that give items and then throw what stands last. */
async function read(lives: (number | CliError)[][], triesMax = 2): Promise<(number | string)[]> {
  const seen: (number | string)[] = []
  const options = {
    triesMax,
    lost: (reason: string) => void seen.push(`lost: ${reason}`),
    back: () => void seen.push('back'),
  }
  async function* open(answered: () => void): AsyncGenerator<number> {
    const [first, ...items] = lives.shift() ?? [refused]
    if (first instanceof CliError) throw first
    answered()
    yield first ?? 0
    for (const item of items) {
      if (item instanceof CliError) throw item
      yield item
    }
  }
  try {
    for await (const item of resume(open, options)) seen.push(item)
  } catch (error) {
    seen.push((error as Error).message) // a CliError of above
  }
  return seen
}

describe('a stream that breaks', () => {
  test('is opened again, and its reader is told once that it is gone and once that it is back', async () => {
    expect(await read([[1, 2, away], [away], [3, away], [refused]])).toEqual([
      1,
      2,
      'lost: away',
      'back',
      3,
      'lost: away',
      'refused',
    ])
  })

  test('is opened again when the broker ends it', async () => {
    expect(await read([[1], [2, refused]])).toEqual([
      1,
      'lost: the broker has ended the connection',
      'back',
      2,
      'refused',
    ])
  })

  test('is given up when the broker stays away', async () => {
    expect(await read([[1, away], [away], [away], [2]])).toEqual([1, 'lost: away', 'away'])
  })
})

test('a stream that cannot begin is not tried again', async () => {
  expect(await read([[away], [1]])).toEqual(['away'])
})
