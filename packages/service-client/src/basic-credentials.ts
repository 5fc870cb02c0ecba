/**
 * `client_secret_basic`: RFC 6749 section 2.3.1. Id and secret are each form-urlencoded before they are joined, so that a
 * colon in the id and a `%` in the secret arrive as they are.
 */
export function basicCredentials(clientId: string, clientSecret: string): string {
  const pair = `${formEncode(clientId)}:${formEncode(clientSecret)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** RFC 6749 appendix B. */
function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
