import type { StoredGap } from '@logboom/contracts'
import { formatBytes } from '../format/format-bytes.ts'
import { formatCount } from '../format/format-count.ts'

const reasons: Record<StoredGap['reason'], string> = {
  rate_limit: 'the agent was told to send no more than so many lines a second',
  sampled: 'the agent keeps a sample of lines like these',
  spool_full: 'the agent could not send for so long that its disk space ran out',
  rotated: 'the log was rotated away before it could be read',
  truncated: 'the file was cut while it was read',
  missed_restarts: 'the container was restarted so often that its older logs were gone',
  rejected: 'the broker refused them',
  corrupt: 'they could not be decoded',
  long_line: 'they were longer than a line may be',
  expired: 'they arrived after their retention had ended',
  unreadable: 'their log could not be read',
}

/** `≥ 1,250 lines (402 KiB) are missing: the log was rotated away before it could be read` */
export function describeGap({ lines, bytes, exact, reason }: StoredGap): string {
  const atLeast = exact ? '' : 'about '
  const size = bytes === null ? '' : ` (${formatBytes(bytes)})`
  const count =
    lines === null
      ? `An unknown number of lines${size} is`
      : lines === 1
        ? `${atLeast}1 line${size} is`
        : `${atLeast}${formatCount(lines)} lines${size} are`
  const sentence = `${count} missing: ${reasons[reason] ?? reason}`
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
