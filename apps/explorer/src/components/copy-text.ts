import { showToast } from './toast.tsx'

/** Puts `text` on the clipboard and says so; pages that came without TLS have no clipboard of their own to write to. */
export async function copyText(text: string, what: string): Promise<void> {
  const isCopied = await writeToClipboard(text)
  showToast(
    isCopied
      ? `${what} copied`
      : `Your browser does not let this page copy: select the text and copy it yourself`,
  )
}

/** Whether it could; pages that came by plain http from another host have an old way only. */
export async function writeToClipboard(text: string): Promise<boolean> {
  if (!navigator.clipboard) return copyBySelection(text)
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => copyBySelection(text),
  )
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  // a modal window keeps the focus to itself
  const place = document.querySelector('dialog[open]') ?? document.body
  place.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}
