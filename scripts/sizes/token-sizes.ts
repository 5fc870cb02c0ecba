import { catalogueHash, fitsList, grantsBitmap } from '@latchkey/permissions'
import type { RoutesClaim } from '@latchkey/protocol'
import { deriveServiceKey, signAccessToken } from '@latchkey/tokens'

const ISSUER = 'https://sso.example.com'
const AUDIENCE = 'https://orders.example.com'
const SIZES = [10, 100, 1000, 4000] as const
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const
const TOP = ['orders', 'customers', 'invoices', 'reports', 'stock']

/** Pages with a table of them. */
export const PAGES = ['README.md', 'README.zh-CN.md', 'packages/permissions/README.md'] as const

/** A token of a person for a service with so many routes, every second of which is granted, one by one. */
export interface TokenSize {
  readonly routes: number
  /** Bytes with all grants as a list, whether any verifier would take it or not. */
  readonly list: number
  /** Bytes of the token as the issuer signs it. */
  readonly token: number
  readonly form: 'list' | 'bitmap'
}

export function tokenSizes(): TokenSize[] {
  return SIZES.map((count) => {
    const catalogue = Array.from({ length: count }, (_, number) => routeOf(number))
    const grants = catalogue
      .filter(({ number }) => isGranted(number))
      .map(({ method, pattern }) => `${method} ${pattern}`)
    const bitmap = { c: catalogueHash(catalogue), b: grantsBitmap(grants, catalogue) }
    const isShort = fitsList(grants)
    return {
      routes: count,
      list: bytesWith([]) + Math.ceil(((JSON.stringify(grants).length - 2) * 4) / 3),
      token: bytesWith(isShort ? grants : bitmap),
      form: isShort ? 'list' : 'bitmap',
    }
  })
}

function routeOf(number: number) {
  const method = METHODS[number % METHODS.length] ?? 'GET'
  const top = TOP[number % TOP.length]
  return { number, method, pattern: `/${top}/:id/part-${Math.floor(number / 4)}` }
}

/** Half of them, in no pattern that a shorter form could use. */
function isGranted(number: number): boolean {
  return (Math.imul(number + 1, 0x9e3779b1) >>> 16) % 2 === 0
}

function bytesWith(routes: RoutesClaim): number {
  const facts = { master: Buffer.alloc(32, 1), issuer: ISSUER, alg: 'HS256' } as const
  const key = deriveServiceKey({ ...facts, audience: AUDIENCE, generation: 1 })
  return signAccessToken(key, {
    ...{ iss: ISSUER, sub: 'u_01JDD0W5C8X0J4Q3W9T2Z7M6KB', aud: AUDIENCE, client_id: 'shop' },
    ...{ iat: 1_800_000_000, exp: 1_800_000_300, jti: 'yNknd-eVya4FmMZPt8nQXA' },
    ...{ scope: 'openid profile email', rev: [0, 1_800_000_000, 1234], routes },
    ...{ sid: 's0_pcX4T_e-eh8Kh4PPwSAvwQ', auth_time: 1_800_000_000 },
    ...{ acr: 'urn:latchkey:acr:password', amr: ['pwd'] },
  }).length
}

const BETWEEN = /(<!-- sizes: [^\n]*-->\n)[\s\S]*?(<!-- end of sizes -->)/

/** The page with the table of now between its marks. Throws when it has none. */
export function withSizes(page: string, sizes: readonly TokenSize[]): string {
  if (!BETWEEN.test(page)) throw new Error('a page without the marks for the table of sizes')
  const bytes = (count: number) => count.toLocaleString('en')
  const rows = sizes.map(
    ({ routes, list, token, form }) =>
      `| ${bytes(routes)} | ${bytes(list)} bytes | **${bytes(token)} bytes** (${form}) |`,
  )
  const head = [
    '| routes, half granted | every grant in a list | the token |',
    '| --- | --- | --- |',
  ]
  return page.replace(BETWEEN, `$1\n${[...head, ...rows].join('\n')}\n\n$2`)
}
