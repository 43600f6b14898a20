import { formatBytes, formatCount } from '../terminal/format-size.ts'

/** How far an export is, in one line of a terminal that is written over and over. */
export interface ExportProgress {
  add(bytes: number): void
  /** Makes room for a note. */
  clear(): void
  /** Says how much it was in the end. */
  finish(where: string): void
}

const betweenMs = 200

export function trackExport(
  note: (text: string) => void,
  isShown: boolean,
  now: () => number = () => performance.now(),
): ExportProgress {
  const startedMs = now()
  let [lines, bytes, shownMs] = [0, 0, startedMs]
  const amount = () => `${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'}, ${formatBytes(bytes)}`
  const rate = () => `${formatBytes(bytes / Math.max((now() - startedMs) / 1_000, 0.001))}/s`
  const clear = () => {
    if (isShown) note('\r\u001b[K')
  }
  return {
    add(more) {
      lines += 1
      bytes += more
      if (!isShown || now() - shownMs < betweenMs) return
      shownMs = now()
      note(`\r\u001b[K${amount()}, ${rate()}`)
    },
    clear,
    finish(where) {
      clear()
      note(`${amount()}${where}, ${rate()}\n`)
    },
  }
}
