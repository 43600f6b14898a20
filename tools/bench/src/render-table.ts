import { summarise } from './figure.ts'
import type { Figure } from './figure.ts'

const barCells = 20
const marks = { stretch: '★', goal: '✓', missed: '✗', told: ' ' } as const

/** One line per figure, with a bar that is full where its goal is reached. */
export function renderTable(figures: readonly Figure[]): string {
  const lines = figures.map((figure) => {
    const { median, min, max, verdict } = summarise(figure)
    const value = `${round(median)} ${figure.unit}`.trim()
    const range = figure.values.length > 1 ? `${round(min)}–${round(max)}` : ''
    const goal = figure.bound
      ? `${figure.bound.is === 'at least' ? '≥' : '≤'} ${round(figure.bound.goal)}`
      : ''
    const cells = [
      figure.title.padEnd(58),
      value.padStart(12),
      range.padStart(16),
      goal.padStart(9),
      marks[verdict],
    ]
    return `${cells.join('  ')} ${renderBar(figure)}`.trimEnd()
  })
  return lines.join('\n')
}

/** How near a figure is to its goal: full at the goal and beyond, empty at twice as bad and more. */
export function renderBar(figure: Figure): string {
  const { bound } = figure
  if (!bound) return ''
  const { median } = summarise(figure)
  const share = bound.is === 'at least' ? median / bound.goal : bound.goal / Math.max(median, 1e-9)
  const full = Math.round(Math.min(1, Math.max(0, share)) * barCells)
  return '█'.repeat(full) + '░'.repeat(barCells - full)
}

/** Three digits are more than any of these figures can be trusted for. */
export function round(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
