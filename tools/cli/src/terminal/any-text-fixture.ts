import fc from 'fast-check'

const codePoints = fc.oneof(
  fc.integer({ min: 0, max: 0xff }),
  fc.integer({ min: 0x2000, max: 0x2070 }),
  fc.integer({ min: 0, max: 0x10ffff }),
)
const sequences = [
  '\u001b',
  '[',
  '31m',
  ']0;title',
  '\u0007',
  '\u009b',
  '2J',
  '\u202e',
  '\n',
  '\r',
  '\t',
  'a',
  '\ud800',
]

/** Text with whatever may be in a line: single surrogates, sequences of terminals and their pieces. */
export const anyText = fc.oneof(
  fc.array(codePoints).map((points) => String.fromCodePoint(...points)),
  fc.array(fc.constantFrom(...sequences)).map((parts) => parts.join('')),
)
