import { expect, test } from 'vitest'
import { orderLogs, parseLogName, parsePodDirectory } from './pod-log-name.ts'

test('logs are read oldest first: life by life, each with those that were rotated away before the one that is written', () => {
  const names = [
    '1.log',
    '0.log.20261121-101500',
    '1.log.20261121-120000.gz',
    '10.log',
    '0.log',
    '1.log.20261121-130000',
    '0.log.20261121-091500.gz',
  ]
  expect(orderLogs(names).map(({ name }) => name)).toEqual([
    '0.log.20261121-091500.gz',
    '0.log.20261121-101500',
    '0.log',
    '1.log.20261121-120000.gz',
    '1.log.20261121-130000',
    '1.log',
    '10.log',
  ])
})

test('of a file that is just being compressed, the one that is whole is read', () => {
  const names = ['0.log.20261121-101500.tmp', '0.log.20261121-101500.gz', '0.log.20261121-101500', '0.log']
  expect(orderLogs(names).map(({ name }) => name)).toEqual(['0.log.20261121-101500', '0.log'])
})

test.each(['app.log', '0.log.gz', '0.log.tmp', '0.log.old', 'x', '0.log.20261121-101500.tmp'])(
  '%s is none of them',
  (name) => {
    expect(parseLogName(name)).toBeNull()
  },
)

test('the directory of a pod tells its namespace, name and uid', () => {
  expect(parsePodDirectory('kube-system_etcd-node.1_d1d5e5c8b0a3')).toEqual({
    namespace: 'kube-system',
    podName: 'etcd-node.1',
    uid: 'd1d5e5c8b0a3',
  })
  expect(parsePodDirectory('lost+found')).toBeNull()
})
