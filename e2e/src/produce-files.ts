import { createRandom } from './random.ts'
import type { Random } from './random.ts'

/** A log file as it will be once it is written whole. */
export interface PlannedFile {
  name: string
  lines: string[]
  lineEnd: '\n' | '\r\n'
  /** Some writers stop in the middle of nothing: the last line then has no end. */
  endsWithNewline: boolean
}

const LINES = 2_000

/** Six files of 2000 lines in the shapes of common systems; like real ones, they say the same thing again and again. */
export function planFiles(seed: number): PlannedFile[] {
  const random = createRandom(seed)
  const plan = (name: string, write: LineWriter, rest: Partial<PlannedFile> = {}): PlannedFile => ({
    name,
    lines: Array.from({ length: LINES }, (_, n) => write(random, Math.floor(n / 7))),
    lineEnd: '\n',
    endsWithNewline: false,
    ...rest,
  })
  return [
    plan('hadoop.log', hadoopLine, { lineEnd: '\r\n' }),
    plan('linux.log', linuxLine),
    plan('openssh.log', opensshLine),
    plan('openstack.log', openstackLine, { endsWithNewline: true }),
    plan('spark.log', sparkLine, { lineEnd: '\r\n' }),
    plan('zookeeper.log', zookeeperLine),
  ]
}

/** The whole file as bytes. */
export function bytesOf({ lines, lineEnd, endsWithNewline }: PlannedFile): Buffer {
  return Buffer.from(lines.join(lineEnd) + (endsWithNewline ? lineEnd : ''))
}

/** `tick` grows slowly: several lines share a second, and their text. */
type LineWriter = (random: Random, tick: number) => string

function hadoopLine(random: Random, tick: number): string {
  const level = random.pick(['INFO', 'INFO', 'INFO', 'WARN', 'ERROR'])
  const text = random.pick([
    'Address change detected for the scheduler, reconnecting',
    'Retrying connect to server: master:8030, already tried 3 times',
    `Progress of task attempt_${random.whole(1, 9)} is ${random.whole(0, 4) / 4}`,
    'Memory usage of the container is below its limit',
  ])
  return `2015-10-18 ${clock(tick)},${millis(random)} ${level} [main] org.example.hadoop.Task: ${text}`
}

function linuxLine(random: Random, tick: number): string {
  const text = random.pick([
    `sshd(pam_unix)[${random.whole(19_000, 19_005)}]: check pass; user unknown`,
    'kernel: usb 1-1: device not accepting address 4, error -71',
    'su(pam_unix)[21416]: session opened for user cyrus by (uid=0)',
    'logrotate: ALERT exited abnormally with [1]',
  ])
  return `Jun 14 ${clock(tick)} combo ${text}`
}

function opensshLine(random: Random, tick: number): string {
  const text = random.pick([
    `Connection closed by 203.0.113.${random.whole(1, 4)} [preauth]`,
    'Received disconnect from 198.51.100.7: 11: Bye Bye [preauth]',
    'pam_unix(sshd:auth): check pass; user unknown',
    `Invalid user test from 203.0.113.${random.whole(1, 4)}`,
  ])
  return `Dec 10 ${clock(tick)} LabSZ sshd[${random.whole(24_200, 24_204)}]: ${text}`
}

function openstackLine(random: Random, tick: number): string {
  const level = random.pick(['INFO', 'INFO', 'WARNING', 'DEBUG'])
  const text = random.pick([
    `"GET /v2/servers/detail HTTP/1.1" status: 200 len: 1893 time: 0.${random.whole(1, 3)}`,
    'VM Started (Lifecycle Event)',
    'Unknown base file: /var/lib/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742',
  ])
  return `nova-api.log 2017-05-16 ${clock(tick)}.${millis(random)} 25746 ${level} nova.osapi [req-${random.whole(1, 9)}] ${text}`
}

function sparkLine(random: Random, tick: number): string {
  const text = random.pick([
    `executor.Executor: Running task ${random.whole(0, 9)}.0 in stage 0.0 (TID ${random.whole(0, 9)})`,
    'storage.MemoryStore: Block broadcast_0 stored as values in memory',
    'python.PythonRunner: Times: total = 41, boot = 7, init = 33, finish = 1',
  ])
  return `17/06/09 ${clock(tick)} INFO ${text}`
}

function zookeeperLine(random: Random, tick: number): string {
  const level = random.pick(['INFO', 'WARN', 'WARN', 'ERROR'])
  const text = random.pick([
    'Interrupted while waiting for message on queue',
    `Received connection request /192.0.2.${random.whole(11, 13)}:3888`,
    'Send worker leaving thread',
    `Cannot open channel to ${random.whole(1, 3)} at election address`,
  ])
  return `2015-07-29 ${clock(tick)},${millis(random)} - ${level} [QuorumPeer:QuorumCnxManager@${random.whole(762, 764)}] - ${text}`
}

function clock(tick: number): string {
  const two = (value: number) => String(value % 60).padStart(2, '0')
  return `18:${two(Math.floor(tick / 60))}:${two(tick)}`
}

/** Few different ones, so that whole lines repeat. */
function millis(random: Random): string {
  return String(random.whole(0, 3) * 250).padStart(3, '0')
}
