interface Props {
  /** On the button that does it. */
  verb: string
  mayAct: boolean
  tone?: 'primary' | 'danger'
  onClose: () => void
}

/** The end of every form in a dialog. */
export function FormButtons({ verb, mayAct, tone = 'primary', onClose }: Props) {
  return (
    <div className="buttons">
      <button className="button" type="button" onClick={onClose}>
        Cancel
      </button>
      <button className={`button ${tone}`} type="submit" disabled={!mayAct}>
        {verb}
      </button>
    </div>
  )
}
