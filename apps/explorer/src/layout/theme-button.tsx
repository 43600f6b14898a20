import { useState } from 'react'
import { chooseTheme, rememberedTheme } from './theme-choice.ts'
import type { Theme } from './theme-choice.ts'

const next: Record<Theme, Theme> = { system: 'dark', dark: 'light', light: 'system' }
const sign: Record<Theme, string> = { system: '◐', dark: '●', light: '○' }

export function ThemeButton() {
  const [theme, setTheme] = useState(rememberedTheme)
  const change = () => {
    chooseTheme(next[theme])
    setTheme(next[theme])
  }
  return (
    <button className="button plain" type="button" onClick={change} title={`Theme: ${theme}`}>
      <span aria-hidden="true">{sign[theme]}</span>
      <span className="unseen">
        Theme: {theme}. Change it to {next[theme]}.
      </span>
    </button>
  )
}
