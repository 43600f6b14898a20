/**
 * Masks the numbers of payment cards: digits in one piece or in the groups that are printed on the card, with a known
 * beginning, a length that goes with it, and a right check digit. Visa's 13 digits are not among them: none is in use,
 * and the number under a bar code has as many.
 */
export function maskCards(text: string): string {
  return text.replace(candidate, (found) => (isCard(found.replace(separators, '')) ? '[masked]' : found))
}

const separators = /[ -]/g
/**
 * Not within a longer number or word, nor behind a decimal point; but behind the `\n` of a JSON text. What is before is
 * looked at behind the first digit, which spares the look at every other place.
 */
const candidate =
  /\d(?:(?<!(?:[A-Za-z0-9]|\d[.,_])\d)|(?<=\\[nrt]\d))(?:\d{13,18}|\d{3}([ -])(?:\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{6}\1\d{4,5}))(?![A-Za-z0-9]|[.,]\d)/g

/** The first digits as numbers of four, both ends inclusive, and the lengths of such numbers. */
const issuers: readonly [first: number, last: number, lengths: readonly number[]][] = [
  [2221, 2720, [16]], // Mastercard
  [3000, 3059, [14]], // Diners Club
  [3095, 3095, [14]],
  [3400, 3499, [15]], // American Express
  [3528, 3589, [16, 17, 18, 19]], // JCB
  [3600, 3699, [14]], // Diners Club
  [3700, 3799, [15]], // American Express
  [3800, 3999, [14]], // Diners Club
  [4000, 4999, [16, 19]], // Visa
  [5018, 5018, [16, 19]], // Maestro
  [5020, 5020, [16, 19]],
  [5038, 5038, [16, 19]],
  [5100, 5599, [16]], // Mastercard
  [5893, 5893, [16, 19]], // Maestro
  [6011, 6011, [16, 19]], // Discover
  [6200, 6299, [16, 17, 18, 19]], // UnionPay
  [6304, 6304, [16, 19]], // Maestro
  [6440, 6599, [16, 19]], // Discover
  [6759, 6763, [16, 19]], // Maestro
]

export function isCard(digits: string): boolean {
  const first = Number(digits.slice(0, 4))
  const isIssued = issuers.some(
    ([from, to, lengths]) => first >= from && first <= to && lengths.includes(digits.length),
  )
  return isIssued && hasRightCheckDigit(digits)
}

/** Luhn's sum. */
function hasRightCheckDigit(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - index))
    const doubled = digit * 2
    if (index % 2 === 0) sum += digit
    else sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
