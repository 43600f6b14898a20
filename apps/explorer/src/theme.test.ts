import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const css = readFileSync(join(import.meta.dirname, 'theme.css'), 'utf8')
const pairs = css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)
const tokens = new Map([...pairs].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]))

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'none'].map((level) => `level-${level}`)
const grounds = ['page', 'surface', 'hover', 'selected']
const text = ['text', 'text-dim', 'accent', 'good', 'warning', 'danger', ...levels]
const readable: [ink: string, ground: string][] = [
  ...text.flatMap((ink) => grounds.map((ground): [string, string] => [ink, ground])),
  ['text', 'raised'],
  ['text-dim', 'raised'],
  ['text', 'accent-soft'],
  ['text-dim', 'accent-soft'],
  ['warning', 'warning-soft'],
  ['danger', 'danger-soft'],
  ['text-on-accent', 'accent'],
  ['highlight-text', 'highlight'],
]

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  test.each(readable)('can be read by nearly everybody: %s on %s', (ink, ground) => {
    expect(contrast(colorOf(ink, theme), colorOf(ground, theme))).toBeGreaterThanOrEqual(4.5)
  })
})

function colorOf(token: string, theme: 'light' | 'dark'): string {
  const color = tokens.get(token)?.[theme]
  if (color === undefined) throw new Error(`theme.css has no colour ${token}`)
  return color
}

/** As WCAG 2 reckons it; 4.5 is AA. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
