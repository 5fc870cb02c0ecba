/** Retry-After: RFC 9110 section 10.2.3. */

/** Longer waits are for the caller to decide. */
const MOST_SECONDS = 2

/** Seconds after which to ask once more; undefined when the answer does not say so, or speaks of longer. */
export function shortRetryAfter(answer: Response): number | undefined {
  if (answer.status !== 503) return undefined
  const seconds = retryAfterSeconds(answer)
  return seconds !== undefined && seconds <= MOST_SECONDS ? seconds : undefined
}

/** The form in seconds. The other one, a date, would compare two clocks. */
export function retryAfterSeconds(answer: Response): number | undefined {
  const value = answer.headers.get('retry-after')
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined
}
