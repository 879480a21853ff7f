/** What a promise rejects with; fails where it does not. */
export const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  const outcome = await promise.then(
    () => undefined,
    (reason: unknown) => ({ reason })
  )
  if (outcome === undefined) throw new Error("it did not reject")
  return outcome.reason
}
