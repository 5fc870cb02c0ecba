/** Sign-in of a person in the browser: code with PKCE (RFC 7636) to a loopback address (RFC 8252), `iss` checked (RFC 9207). */
import { CliError } from '../cli-error.ts'
import type { Context } from '../command.ts'
import { OIDC, OIDC_FAULTS } from '../messages/oidc.ts'
import { loopbackReceiver } from './loopback-receiver.ts'
import { openBrowser } from './open-browser.ts'
import type { Provider } from './provider.ts'
import { providerErrors } from './provider-errors.ts'
import { type SignInRequest, signInParameters, type Tokens } from './sign-in.ts'

/** Whoever has not signed in by then has gone away. */
const PATIENCE_MS = 600_000

export interface CodeSignInOptions extends SignInRequest {
  /** 0: any. */
  readonly port: number
  /** False: the address is only shown. */
  readonly opensBrowser: boolean
  readonly tokenOptions?: object
}

export async function codeSignIn(
  provider: Provider,
  options: CodeSignInOptions,
  context: Context,
): Promise<Tokens> {
  const { terminal, say } = context
  const oidc = await import('openid-client')
  const { configuration, issuer } = provider
  const [state, nonce, verifier] = [
    oidc.randomState(),
    oidc.randomNonce(),
    oidc.randomPKCECodeVerifier(),
  ]
  // Whether the person is signed in, or has said no, nobody knows yet.
  const page =
    '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${say(OIDC.done)}</title><h1>${say(OIDC.done)}</h1><p>${say(OIDC.doneText)}</p>`
  const receiver = await loopbackReceiver({ state, port: options.port, page })
  try {
    const asksForIdToken = options.scope.split(' ').includes('openid')
    const parameters = signInParameters(options)
    parameters.set('redirect_uri', receiver.redirectUri)
    parameters.set('state', state)
    if (asksForIdToken) parameters.set('nonce', nonce)
    parameters.set('code_challenge', await oidc.calculatePKCECodeChallenge(verifier))
    parameters.set('code_challenge_method', 'S256')
    const url = oidc.buildAuthorizationUrl(configuration, parameters)
    const isOpen = options.opensBrowser && (await openBrowser(url, terminal.env))
    terminal.stderr.write(`${say(isOpen ? OIDC.browserOpened : OIDC.openThis)}\n${url.href}\n`)
    const answer = await patiently((signal) => receiver.received(signal))
    const checks = {
      expectedState: state,
      pkceCodeVerifier: verifier,
      ...(asksForIdToken ? { expectedNonce: nonce, idTokenExpected: true } : {}),
    }
    const granted = oidc.authorizationCodeGrant(
      configuration,
      answer,
      checks,
      resourcesOf(options),
      options.tokenOptions,
    )
    return await providerErrors(granted, issuer)
  } finally {
    receiver.close()
  }
}

function resourcesOf({ resources }: SignInRequest): URLSearchParams {
  return signInParameters({ scope: '', resources })
}

/** Until the person is done, goes away, or presses Ctrl-C (which ends the process as always). */
async function patiently<T>(wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new CliError(OIDC_FAULTS.nobodyCame)), PATIENCE_MS)
  try {
    return await wait(stop.signal)
  } finally {
    clearTimeout(timer)
  }
}
