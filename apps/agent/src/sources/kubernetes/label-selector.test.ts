import { expect, test } from 'vitest'
import { matchesLabels, parseLabelSelector } from './label-selector.ts'

const labels = { app: 'web', tier: 'front', 'example.com/team': '' }

test.each([
  ['', true],
  ['{}', true],
  ['app=web', true],
  ['app==web', true],
  ['app = web', true],
  ['app=api', false],
  ['app!=api', true],
  ['app!=web', false],
  ['nothing!=web', true],
  ['app in (api, web)', true],
  ['app in (api)', false],
  ['nothing in (web)', false],
  ['app notin (api,db)', true],
  ['app notin (web)', false],
  ['nothing notin (web)', true],
  ['app', true],
  ['nothing', false],
  ['!nothing', true],
  ['!app', false],
  ['example.com/team=', true],
  ['example.com/team in (a,)', true],
  ['app=web,tier in (front,back),!canary, tier notin (x)', true],
  ['app=web,tier=back', false],
  ['{"app":"web","tier":"front"}', true],
  ['{"app":"web","tier":"back"}', false],
  ['toString', false],
])('%j on a pod of app=web, tier=front: %s', (text, expected) => {
  expect(matchesLabels(parseLabelSelector(text), labels)).toBe(expected)
})

test.each([
  ['app=web,', 'empty condition'],
  ['app in web', 'cannot be read at `app in web`'],
  ['app in (a', 'cannot be read'],
  ['a b', 'cannot be read'],
  ['app=a=b', 'cannot be read'],
  ['-app=x', '`-app` is no name of a label'],
  ['app=ä', '`ä` is no value of a label'],
  [`app=${'x'.repeat(64)}`, 'no value'],
  ['{"app":1}', 'the value of app must be a text'],
  ['{"app"', 'neither a JSON object'],
])('%j is refused: %s', (text, message) => {
  expect(() => parseLabelSelector(text)).toThrow(message)
})
