import { useState } from 'react'

export interface Outcome {
  /** What was done last, in a sentence; read out when it changes. */
  said: string | undefined
  say: (sentence: string) => void
  dismiss: () => void
}

export function useOutcome(): Outcome {
  const [said, say] = useState<string>()
  return { said, say, dismiss: () => say(undefined) }
}

/** Stays until it is dismissed or something else happens: who looked away still sees it. */
export function OutcomeNotice({ outcome: { said, dismiss } }: { outcome: Outcome }) {
  return (
    <div className="outcome-place" role="status">
      {said !== undefined && (
        <div className="notice outcome">
          <span>{said}</span>
          <button className="button plain small" type="button" onClick={dismiss} aria-label="Dismiss">
            ✕
          </button>
        </div>
      )}
    </div>
  )
}
