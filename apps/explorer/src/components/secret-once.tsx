import { CopyButton } from './copy-button.tsx'

/** A key that was just issued: the only time that anybody sees it. */
export function SecretOnce({ secret }: { secret: string }) {
  return (
    <>
      <div className="secret">
        <code data-testid="issued-key">{secret}</code>
        <CopyButton text={secret} />
      </div>
      <p className="notice warning">Keep it now: it is stored as a hash, and never shown again.</p>
    </>
  )
}
