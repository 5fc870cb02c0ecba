import type { LightMyRequestResponse as Answer, FastifyInstance } from 'fastify'

/** What a browser does with our cookies and redirects, and no more: one jar for the app, hops made one by one. */
export interface Browser {
  readonly jar: Map<string, string>
  /** Opens a page of the app as a person does. */
  visit(path: string, headers?: Record<string, string>): Promise<Answer>
  /** Calls the app as a script of its page does. */
  call(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, headers?: Record<string, string>, body?: string): Promise<Answer>
  /** Follows a redirect to the issuer there and back, to the answer of our callback. */
  throughIssuer(redirect: Answer): Promise<Answer>
  /** The address of the callback that the issuer redirects to. */
  callbackFor(redirect: Answer): Promise<URL>
  /** `visit`, sign in at the issuer, and the redirect that ends the sign-in. */
  signIn(path?: string): Promise<Answer>
}

const NAVIGATION = { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate' }

export function browser(app: FastifyInstance, issuerAddress: string): Browser {
  const jar = new Map<string, string>()

  async function send(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answer> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await app.inject({
      method,
      url: path,
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    for (const line of setCookies(answer)) keep(jar, line)
    return answer
  }

  async function callbackFor(redirect: Answer): Promise<URL> {
    const { pathname, search } = new URL(String(redirect.headers.location))
    const answer = await fetch(issuerAddress + pathname + search, { redirect: 'manual' })
    return new URL(answer.headers.get('location') ?? '')
  }

  const visit: Browser['visit'] = (path, headers = {}) =>
    send('GET', path, { ...NAVIGATION, ...headers })
  const throughIssuer: Browser['throughIssuer'] = async (redirect) => {
    const { pathname, search } = await callbackFor(redirect)
    return visit(pathname + search)
  }
  return {
    jar,
    visit,
    throughIssuer,
    callbackFor,
    call: (path, headers = {}) =>
      send('GET', path, { accept: 'application/json', 'sec-fetch-mode': 'cors', ...headers }),
    post: (path, headers = {}, body = '') =>
      send('POST', path, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body),
    signIn: async (path = '/orders') => throughIssuer(await visit(path)),
  }
}

export function setCookies(answer: Answer): readonly string[] {
  const header = answer.headers['set-cookie'] ?? []
  return Array.isArray(header) ? header : [header]
}

/** RFC 6265bis section 5.7: a `__Host-` cookie that breaks its rules is not kept, nor one that is too long. */
function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const name = pair.slice(0, pair.indexOf('='))
  const value = pair.slice(name.length + 1)
  const rules = ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax']
  const broken = rules.some((rule) => !attributes.includes(rule))
  if (broken || pair.length > 4096 || attributes.some((each) => each.startsWith('Domain'))) {
    throw new Error(`a browser would not keep this cookie: ${name}, ${line.length} characters`)
  }
  if (attributes.includes('Max-Age=0')) jar.delete(name)
  else jar.set(name, value)
}
