/** Tells on standard error what is being measured; standard output is for the result. */
export interface Progress {
  /** A new part or step; stays on the screen. */
  step(text: string): void
  /** How far the step is; replaced by the next word on a terminal, told every 10 s elsewhere. */
  now(text: string): void
}

const plainEveryMs = 10_000

export function openProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const startedMs = performance.now()
  let toldMs = 0
  const clock = () => `${((performance.now() - startedMs) / 1000).toFixed(0).padStart(5)} s`
  return {
    step(text) {
      if (out.isTTY) out.write('\r\u{1b}[K')
      out.write(`${clock()}  ${text}\n`)
      toldMs = performance.now()
    },
    now(text) {
      if (out.isTTY) out.write(`\r\u{1b}[K${clock()}    ${text}`)
      else if (performance.now() - toldMs > plainEveryMs) {
        out.write(`${clock()}    ${text}\n`)
        toldMs = performance.now()
      }
    },
  }
}
