/**
 * `fetch` that reaches the issuer at its address while everybody goes on calling it by its public name: inside a cluster,
 * and on a developer's machine (Node does not resolve `*.localhost`), the two differ.
 */
export type IssuerFetch = (url: string, init?: RequestInit) => Promise<Response>

export function issuerFetch(issuer: string, issuerAddress: string): IssuerFetch {
  const { origin } = new URL(issuer)
  return (url, init) => {
    const target = new URL(url)
    return target.origin === origin
      ? fetch(issuerAddress + target.pathname + target.search, init)
      : fetch(url, init)
  }
}
