/** Seconds in the one or two units that matter: `0.4 s`, `12 s`, `3 min 20 s`, `2 h`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return inTwo(whole, 60, 'min', 1, 's')
  if (whole < 86_400) return inTwo(whole, 3600, 'h', 60, 'min')
  return inTwo(whole, 86_400, 'd', 3600, 'h')
}

function inTwo(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const first = Math.floor(seconds / large)
  const second = Math.floor((seconds - first * large) / small)
  return second === 0 ? `${first} ${largeName}` : `${first} ${largeName} ${second} ${smallName}`
}
