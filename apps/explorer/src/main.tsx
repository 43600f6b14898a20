import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/create-query-client.ts'
import { App } from './app.tsx'
import { applyTheme, rememberedTheme } from './layout/theme-choice.ts'
import './theme.css'

applyTheme(rememberedTheme())
const root = document.querySelector('#root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={createQueryClient()}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
}
