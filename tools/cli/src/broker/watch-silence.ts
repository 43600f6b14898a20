/**
 * Passes a body on, and fails when nothing comes for so long: a server that is cut off from us says nothing, either.
 * Time that the reader takes does not count.
 */
export async function* watchSilence(
  body: AsyncIterable<Uint8Array>,
  { silenceMsMax, onSilence }: { silenceMsMax: number; onSilence: () => void },
): AsyncGenerator<Uint8Array> {
  let timer = setTimeout(onSilence, silenceMsMax)
  try {
    for await (const chunk of body) {
      clearTimeout(timer)
      yield chunk
      timer = setTimeout(onSilence, silenceMsMax)
    }
  } finally {
    clearTimeout(timer)
  }
}
