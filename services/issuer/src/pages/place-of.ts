/** What a person can recognise of an address: its host, or the scheme of an app on this device (RFC 8252 section 7.1). */
export function placeOf(uri: string): string {
  const url = URL.parse(uri)
  if (url === null) return uri
  return url.host === '' ? url.protocol.slice(0, -1) : url.host
}
