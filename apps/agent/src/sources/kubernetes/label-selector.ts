/** One condition on the labels of an object. */
export interface LabelCondition {
  key: string
  operator: 'in' | 'notin' | 'exists' | 'absent'
  /** Empty for `exists` and `absent`. */
  values: readonly string[]
}

/** All of them must hold; none = everything matches. */
export type LabelSelector = readonly LabelCondition[]

/**
 * Reads a selector as Kubernetes writes it (`app=web, tier in (a,b), tier notin (c), !canary, team`) or a JSON object of
 * labels.
 * @throws {Error} saying what is wrong, and where
 */
export function parseLabelSelector(source: string): LabelSelector {
  const trimmed = source.trim()
  if (trimmed.startsWith('{')) return ofObject(trimmed)
  if (trimmed === '') return []
  return splitConditions(trimmed).map((part) => parseCondition(part.trim()))
}

export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    // As in Kubernetes, an object without the label is not one of those that are named.
    if (operator === 'notin') return value === undefined || !values.includes(value)
    if (operator === 'in') return value !== undefined && values.includes(value)
    return (value !== undefined) === (operator === 'exists')
  })
}

function ofObject(json: string): LabelSelector {
  return Object.entries(parseObject(json)).map(([key, value]) => {
    if (typeof value !== 'string') throw new Error(`the value of ${key} must be a text`)
    return { key: checkedKey(key), operator: 'in', values: [checkedValue(value)] }
  })
}

function parseObject(json: string): object {
  try {
    return Object(JSON.parse(json))
  } catch {
    throw new Error('is neither a JSON object of labels nor a label selector')
  }
}

/** At commas, but not at those between parentheses. */
function splitConditions(source: string): string[] {
  return source.split(/,(?![^()]*\))/)
}

const setCondition = /^(?<key>\S+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$/
const equalCondition = /^(?<key>[^\s=!]+)\s*(?<operator>==?|!=)\s*(?<value>[^\s=!]*)$/
const keyCondition = /^(?<not>!?)\s*(?<key>[^\s=!]+)$/

function parseCondition(part: string): LabelCondition {
  const set = setCondition.exec(part)?.groups
  if (set) {
    const values = (set['values'] ?? '').split(',').map((value) => checkedValue(value.trim()))
    return { key: checkedKey(set['key']), operator: set['operator'] === 'in' ? 'in' : 'notin', values }
  }
  const equal = equalCondition.exec(part)?.groups
  if (equal) {
    const operator = equal['operator'] === '!=' ? 'notin' : 'in'
    return { key: checkedKey(equal['key']), operator, values: [checkedValue(equal['value'] ?? '')] }
  }
  const key = keyCondition.exec(part)?.groups
  if (key) return { key: checkedKey(key['key']), operator: key['not'] ? 'absent' : 'exists', values: [] }
  throw new Error(part === '' ? 'has an empty condition' : `cannot be read at \`${part}\``)
}

const name = '[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?'
const keyPattern = new RegExp(`^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${name}$`)
const valuePattern = new RegExp(`^(?:${name})?$`)

/** No object has a label of another form: a selector that asks for one would select nothing, in silence. */
function checkedKey(key = ''): string {
  if (!keyPattern.test(key)) throw new Error(`\`${key}\` is no name of a label`)
  return key
}

function checkedValue(value: string): string {
  if (!valuePattern.test(value)) throw new Error(`\`${value}\` is no value of a label`)
  return value
}
