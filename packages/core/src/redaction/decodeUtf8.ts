/**
 * Bytes of a process to text, chunk by chunk.
 *
 * A code point that is split between two chunks comes whole with the second one. What is no UTF-8 becomes U+FFFD, so
 * the text is always valid. Keeps a byte order mark: the text encodes to the bytes that it came from.
 */

/** One stream's decoder: stdout and stderr each need their own. */
export interface Utf8Decoder {
  readonly push: (chunk: Uint8Array) => string
  /** The stream is over: U+FFFD if it ended inside a code point, else nothing. */
  readonly flush: () => string
}

/** See {@link Utf8Decoder}. */
export const makeUtf8Decoder = (): Utf8Decoder => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  return {
    push: (chunk) => decoder.decode(chunk, { stream: true }),
    flush: () => decoder.decode()
  }
}
