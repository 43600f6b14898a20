const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** `1,234,567` */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** `1.2M`, where room is scarce. */
export function formatShortCount(count: number): string {
  return short.format(count)
}
