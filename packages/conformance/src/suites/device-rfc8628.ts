/** Device authorization: RFC 8628. */

import { clientRequest } from '../flows/client-request.ts'
import { buttonOf, travel } from '../flows/journey.ts'
import { granted, tokenRequest } from '../flows/tokens.ts'
import type { Browser } from '../http/browser.ts'
import { formsOf } from '../http/html-form.ts'
import type { Issuer } from '../issuer/issuer.ts'
import {
  expectEqual,
  expectError,
  expectNotStored,
  expectStatus,
  expectThat,
  jsonOf,
  shown,
  textMember,
} from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { pause } from '../rule/pause.ts'
import { must, type Suite, should, slow } from '../rule/rule.ts'

const NEEDS = ['client device', 'endpoint device_authorization_endpoint'] as const
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const DEFAULT_INTERVAL_SECONDS = 5

async function start(issuer: Issuer) {
  const client = issuer.client('device')
  const form = { scope: client.scope }
  const answer = await clientRequest(issuer, 'device_authorization_endpoint', client, form)
  expectStatus(answer, 200)
  return { answer, body: jsonOf(answer) }
}

async function poll(issuer: Issuer, body: Readonly<Record<string, unknown>>) {
  const form = { grant_type: GRANT, device_code: textMember(body, 'device_code') }
  return await tokenRequest(issuer, 'device', form)
}

/** The person types the code, signs in where asked, and decides. */
async function decide(
  issuer: Issuer,
  body: Readonly<Record<string, unknown>>,
  wanted: 'allow' | 'deny',
) {
  const { device } = issuer.settings.pages
  const browser = issuer.signedIn
  let page = await browser.open(textMember(body, 'verification_uri'))
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = await fillIn(issuer, browser, page, {
      code: textMember(body, 'user_code'),
      button: device[wanted],
    })
    if (next === undefined) return page
    page = next
  }
  return page
}

const MOST_STEPS = 8

async function fillIn(
  issuer: Issuer,
  browser: Browser,
  page: Awaited<ReturnType<Browser['open']>>,
  { code, button }: { code: string; button: string },
) {
  const { device, signIn } = issuer.settings.pages
  const { location } = page.headers
  if (location !== undefined) return await browser.open(new URL(location, page.url).href)
  const forms = formsOf(page.text)
  if (forms.some(({ fields }) => fields.has(signIn.password))) {
    const journey = await travel(issuer, browser, page, {
      returnTo: '',
      person: issuer.settings.user,
    })
    return journey.kind === 'page' ? journey.answer : undefined
  }
  const decision = forms.find((form) => buttonOf(form, button) !== undefined)
  if (decision !== undefined) {
    return await browser.submit(page.url, decision, {}, buttonOf(decision, button))
  }
  const entry = forms.find(({ fields }) => fields.has(device.userCode))
  if (entry === undefined) return undefined
  return await browser.submit(page.url, entry, { [device.userCode]: code }, entry.buttons[0])
}

async function interval({ interval: seconds }: Readonly<Record<string, unknown>>) {
  await pause(typeof seconds === 'number' ? seconds : DEFAULT_INTERVAL_SECONDS)
}

export const deviceSuite: Suite = {
  name: 'device',
  title: 'Device authorization (RFC 8628)',
  rules: [
    must(
      'device.start',
      'RFC 8628 §3.2',
      'A device gets its codes, the address to go to, and how long they live; nobody stores that.',
      NEEDS,
      async (issuer) => {
        const { answer, body } = await start(issuer)
        expectNotStored(answer)
        for (const name of ['device_code', 'user_code', 'verification_uri']) textMember(body, name)
        const seconds = body['expires_in']
        const isPositive = typeof seconds === 'number' && seconds > 0
        expectThat(isPositive, `expires_in ${shown(seconds)}`, 'a positive number')
      },
    ),
    must(
      'device.complete-address',
      'RFC 8628 §3.3.1',
      'verification_uri_complete holds the user code.',
      NEEDS,
      async (issuer) => {
        const { body } = await start(issuer)
        const complete = body['verification_uri_complete']
        if (complete === undefined) throw new NotOffered('there is no complete address')
        const code = textMember(body, 'user_code')
        expectEqual(
          decodeURIComponent(String(complete)).includes(code),
          true,
          'code in the address',
        )
      },
    ),
    must(
      'device.pending',
      'RFC 8628 §3.5',
      'Before the person has decided, the device hears authorization_pending.',
      NEEDS,
      async (issuer) => {
        const { body } = await start(issuer)
        expectError(await poll(issuer, body), ['authorization_pending'])
      },
    ),
    must(
      'device.allowed',
      'RFC 8628 §3.5',
      'When the person allows it, the device gets tokens, once.',
      NEEDS,
      async (issuer) => {
        const { body } = await start(issuer)
        await decide(issuer, body, 'allow')
        granted(await poll(issuer, body))
        expectError(await poll(issuer, body), ['invalid_grant', 'expired_token', 'slow_down'])
      },
    ),
    must(
      'device.denied',
      'RFC 8628 §3.5',
      'When the person says no, the device hears access_denied.',
      NEEDS,
      async (issuer) => {
        const { body } = await start(issuer)
        await decide(issuer, body, 'deny')
        expectError(await poll(issuer, body), ['access_denied'])
      },
    ),
    must(
      'device.unknown',
      'RFC 8628 §3.5',
      'An unknown device_code is invalid_grant or expired_token.',
      NEEDS,
      async (issuer) => {
        const answer = await poll(issuer, { device_code: 'x'.repeat(43) })
        expectError(answer, ['invalid_grant', 'expired_token'])
      },
    ),
    must(
      'device.other-client',
      'RFC 8628 §3.4',
      'A device_code is of no use to another client.',
      [...NEEDS, 'client second'],
      async (issuer) => {
        const { body } = await start(issuer)
        const form = { grant_type: GRANT, device_code: textMember(body, 'device_code') }
        const answer = await tokenRequest(issuer, 'second', form)
        expectError(answer, ['invalid_grant', 'unauthorized_client', 'invalid_request'])
      },
    ),
    slow(
      should(
        'device.confirmed',
        'RFC 8628 §5.4',
        'Opening the complete address alone allows nothing: the person is asked.',
        NEEDS,
        async (issuer) => {
          const { body } = await start(issuer)
          const complete = body['verification_uri_complete']
          if (typeof complete !== 'string') throw new NotOffered('there is no complete address')
          await issuer.signedIn.open(complete)
          await interval(body)
          expectError(await poll(issuer, body), ['authorization_pending'])
        },
      ),
    ),
    should(
      'device.user-code',
      'RFC 8628 §6.1',
      'User codes are short enough to type and hard enough to guess: 20 bits at least.',
      NEEDS,
      async (issuer) => {
        const codes = await Promise.all([start(issuer), start(issuer)])
        const [first = '', second = ''] = codes.map(({ body }) => textMember(body, 'user_code'))
        expectThat(first !== second, 'the same code twice', 'different codes')
        const characters = first.replace(/[^A-Za-z0-9]/g, '')
        const bits = characters.length * Math.log2(/^\d+$/.test(characters) ? 10 : 20)
        expectThat(bits >= 20, `${Math.round(bits)} bits`, 'at least 20 bits')
      },
    ),
  ],
}
