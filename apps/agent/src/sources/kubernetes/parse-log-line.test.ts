import { formatTimestamp } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isKubeletError, parseLogLine } from './parse-log-line.ts'

function parse(line: string): [string | null, string] {
  const { time, text } = parseLogLine(Buffer.from(line))
  return [time && formatTimestamp(time), text.toString()]
}

test('the time is taken off whatever its digits and its offset, and the text is all the rest', () => {
  const nine = '2026-11-27T07:40:00.123456789Z'
  expect(parse(`${nine} hello  world `)).toEqual([nine, 'hello  world '])
  expect(parse('2026-11-27T07:40:00Z ')).toEqual(['2026-11-27T07:40:00.000000000Z', ''])
  expect(parse('2026-11-27T08:40:00.5+01:00 x')).toEqual(['2026-11-27T07:40:00.500000000Z', 'x'])
  expect(parse('2026-11-27T07:40:00.100000000+05:30 x')).toEqual(['2026-11-27T02:10:00.100000000Z', 'x'])
})

test('a text that looks like a time or like an error of the kubelet is text', () => {
  const at = '2026-11-27T07:40:00.000000001Z'
  for (const text of [
    '2025-01-01T00:00:00Z not the time of this line',
    'unable to retrieve container logs for containerd://abc',
    '\u{1b}[2K\rover',
    '',
    ' ',
  ])
    expect(parse(`${at} ${text}`)).toEqual([at, text])
})

test('without a whole time there is none', () => {
  for (const line of [
    '',
    'x',
    '2026-11-27T07:40:00.1',
    '2026-11-27T07:40:00.123Z',
    '2026-11-27 07:40:00Z x',
    '2026-13-27T07:40:00Z x',
    '2026-02-30T07:40:00Z x',
    '1234-567890T',
    'T07:40:00.123Z rest of a line',
  ])
    expect(parse(line)).toEqual([null, line])
})

test('any text comes back as it was', () => {
  const holds = fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
    const line = Buffer.concat([Buffer.from('2026-11-27T07:40:00.123456789Z '), bytes])
    expect(parseLogLine(line).text.equals(bytes)).toBe(true)
  })
  fc.assert(holds)
})

test('the texts that stand in for a log are known, and those of a container are none', () => {
  for (const text of [
    'unable to retrieve container logs for containerd://4d2f',
    'failed to try resolving symlinks in path "/var/log/pods/a_b_c/app/0.log": lstat: no such file or directory',
    'container "app" in pod "web" is waiting to start: ContainerCreating',
    'rpc error: code = NotFound desc = an error occurred when try to find container "x": not found',
    'failed to create fsnotify watcher: too many open files',
    'previous terminated container "app" in pod "web" not found',
  ])
    expect(isKubeletError(Buffer.from(text))).toBe(true)
  for (const text of ['', 'failed to open the door', 'http: 200', 'rest of a line'])
    expect(isKubeletError(Buffer.from(text))).toBe(false)
})
