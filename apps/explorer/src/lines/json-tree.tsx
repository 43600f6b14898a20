import { useState } from 'react'
import type { ReactNode } from 'react'
import { formatCount } from '../format/format-count.ts'
import { markMessage } from './cut-message.ts'
import { MessageText } from './message-text.tsx'

interface JsonTreeProps {
  value: unknown
  /** Of the value within the attributes: `http.status`. */
  path?: string
  name?: string | undefined
  /** What to do when a value is chosen. */
  onChoose?: ((path: string, value: string) => void) | undefined
  depth?: number
}

const openDepth = 2
/** Of a text, before one asks for all of it. */
const shownCharsMax = 400
const noMatches = () => []

/** A value as a tree that opens and closes; whatever it holds is shown as text. */
export function JsonTree({ value, path = '', name, onChoose, depth = 0 }: JsonTreeProps) {
  if (typeof value !== 'object' || value === null) {
    return (
      <Leaf name={name}>
        <Scalar value={value} path={path} onChoose={onChoose} />
      </Leaf>
    )
  }
  const isList = Array.isArray(value)
  const entries = Object.entries(value)
  const [begin, end] = isList ? ['[', ']'] : ['{', '}']
  if (entries.length === 0) return <Leaf name={name}>{begin + end}</Leaf>
  return (
    <details className="json-node" open={depth < openDepth}>
      <summary>
        <Name name={name} />
        {begin}
        <span className="json-count">{isList ? entries.length : `${entries.length} keys`}</span>
        <span className="json-end">{end}</span>
      </summary>
      <div className="json-children">
        {entries.map(([key, child]) => (
          <JsonTree
            key={key}
            value={child}
            name={isList ? undefined : key}
            path={path === '' ? key : `${path}.${key}`}
            onChoose={onChoose}
            depth={depth + 1}
          />
        ))}
      </div>
      <div>{end}</div>
    </details>
  )
}

function Leaf({ name, children }: { name: string | undefined; children: ReactNode }) {
  return (
    <div className="json-leaf">
      <Name name={name} />
      {children}
    </div>
  )
}

function Name({ name }: { name: string | undefined }) {
  if (name === undefined) return null
  return (
    <>
      <span className="json-name">
        <MessageText pieces={markMessage(name, noMatches)} />
      </span>
      {': '}
    </>
  )
}

type ScalarProps = Pick<JsonTreeProps, 'value' | 'onChoose'> & { path: string }

function Scalar({ value, path, onChoose }: ScalarProps) {
  const className = `json-${value === null ? 'null' : typeof value}`
  const text = String(value)
  const [isWhole, setWhole] = useState(text.length <= shownCharsMax)
  const part = isWhole ? text : text.slice(0, shownCharsMax)
  const shown = (
    <MessageText pieces={markMessage(typeof value === 'string' ? JSON.stringify(part) : part, noMatches)} />
  )
  if (!isWhole) {
    return (
      <>
        <span className={className}>{shown}</span>{' '}
        <button className="button small" type="button" onClick={() => setWhole(true)}>
          … all {formatCount(text.length)} characters
        </button>
      </>
    )
  }
  if (!onChoose || value === null || path === '') return <span className={className}>{shown}</span>
  return (
    <button
      className={`field-value ${className}`}
      type="button"
      title="Only lines with this"
      onClick={() => onChoose(path, text)}
    >
      {shown}
    </button>
  )
}
