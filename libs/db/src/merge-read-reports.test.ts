import { behindMax } from '@logboom/contracts'
import type { ReadReport } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeReadReports } from './merge-read-reports.ts'

const pods = ['a', 'b', 'c', 'd']
const untilNs = fc.option(fc.integer({ min: 0, max: 9 }).map(String))
const report: fc.Arbitrary<ReadReport> = fc
  .record({
    until_ns: untilNs,
    behind: fc.uniqueArray(fc.record({ pod: fc.constantFrom(...pods), until_ns: untilNs }), {
      selector: ({ pod }) => pod,
    }),
  })
  .map(({ until_ns, behind }) => ({
    until_ns,
    behind: behind.map(({ pod, until_ns: ofPod }) => ({ ...streamOf(pod), until_ns: ofPod })),
  }))

function streamOf(pod: string) {
  return { namespace: 'n', pod_name: pod, container_name: null }
}

/** How far a report says that a pod was read; -1: it does not know. */
function reach({ until_ns, behind }: ReadReport, pod: string): number {
  const named = behind.find(({ pod_name }) => pod_name === pod)
  return Number((named ? named.until_ns : until_ns) ?? -1)
}

const named = ({ behind }: ReadReport, pod: string) => behind.some(({ pod_name }) => pod_name === pod)

describe('of two reports of an instance', () => {
  test('the later one takes the place of the earlier, when it reaches as far', () => {
    const held = { until_ns: '5', behind: [{ ...streamOf('a'), until_ns: '1' }] }
    const told = { until_ns: '5', behind: [{ ...streamOf('b'), until_ns: null }] }
    expect(mergeReadReports(held, told)).toEqual(told)
    expect(mergeReadReports({ until_ns: null, behind: [] }, told)).toEqual(told)
  })

  test('no stream is taken further than one of them says, and the whole never goes back', () => {
    const property = fc.property(report, report, (held, told) => {
      const merged = mergeReadReports(held, told)
      expect(Number(merged.until_ns ?? -1)).toBeGreaterThanOrEqual(Number(held.until_ns ?? -1))
      for (const pod of [...pods, 'elsewhere']) {
        // the earlier report did not speak of a pod that only the later one knows to be behind
        const isNew = named(told, pod) && !named(held, pod)
        const reaches = isNew ? [reach(told, pod)] : [reach(held, pod), reach(told, pod)]
        expect(reach(merged, pod)).toBeLessThanOrEqual(Math.max(...reaches))
        expect(reach(merged, pod)).toBeGreaterThanOrEqual(Math.min(...reaches))
      }
    })
    fc.assert(property, { numRuns: 2_000 })
  })

  test('the later one stands alone where both together name too many streams', () => {
    const behindOf = (from: number) =>
      Array.from({ length: behindMax }, (_, index) => ({ ...streamOf(`p${from + index}`), until_ns: '1' }))
    const held = { until_ns: '9', behind: behindOf(0) }
    expect(mergeReadReports(held, { until_ns: '8', behind: behindOf(0) }).behind).toHaveLength(behindMax)
    const told = { until_ns: '8', behind: behindOf(1) }
    expect(mergeReadReports(held, told)).toEqual(told)
  })
})
