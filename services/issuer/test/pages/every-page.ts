import { accountsPage } from '../../src/pages/accounts-page.ts'
import { codePage } from '../../src/pages/code-page.ts'
import { confirmSignOutPage } from '../../src/pages/confirm-sign-out-page.ts'
import { consentPage } from '../../src/pages/consent-page.ts'
import { deviceCodePage } from '../../src/pages/device-code-page.ts'
import { deviceConfirmPage } from '../../src/pages/device-confirm-page.ts'
import { deviceDonePage } from '../../src/pages/device-done-page.ts'
import { errorPage } from '../../src/pages/error-page.ts'
import { explainedPage } from '../../src/pages/explained-page.ts'
import { homePage } from '../../src/pages/home-page.ts'
import type { Locale } from '../../src/pages/locale.ts'
import { newPasswordPage } from '../../src/pages/new-password-page.ts'
import { oneTimeCodePage } from '../../src/pages/one-time-code-page.ts'
import { signInPage } from '../../src/pages/sign-in-page.ts'
import { signedOutPage } from '../../src/pages/signed-out-page.ts'
import { unavailablePage } from '../../src/pages/unavailable-page.ts'

/** Every page with one text in every place that a request, a client or a user can fill. */
export function everyPage(locale: Locale, text: string): Record<string, string> {
  const hidden = { [text]: text }
  return {
    signIn: signInPage({ locale, clientName: text, action: text, hidden, username: text }),
    refused: signInPage({ locale, action: '/sign-in', hidden, username: text, error: 'refused' }),
    busy: signInPage({ locale, action: '/', hidden, error: 'busy', retryAfterSeconds: 4.2 }),
    expired: signInPage({ locale, action: '/', hidden, error: 'expired' }),
    error: errorPage({ locale, kind: 'client', code: text, description: text, reference: text }),
    explained: explainedPage({
      locale,
      page: {
        code: text,
        summary: { en: text, zh: text },
        sections: [
          {
            title: 'What to do',
            blocks: [
              { kind: 'paragraph', text: `${text} \`${text}\`` },
              { kind: 'list', items: [text] },
              { kind: 'code', lines: [text] },
            ],
          },
        ],
      },
    }),
    confirm: confirmSignOutPage({
      locale,
      action: text,
      hidden,
      clientName: text,
      user: { username: text },
    }),
    signedOut: signedOutPage({
      locale,
      apps: [{ name: text, told: 'unreached', endsAt: 0, isOver: false }],
      returnTo: text,
    }),
    homeOut: homePage({ locale }),
    home: homePage({
      locale,
      user: { username: text, name: `${text}.` },
      signOut: { action: text, hidden },
      oneTimeCode: { href: `/account/${text}`, isOn: true },
      others: [{ sid: text, username: text, name: text }],
      apps: [
        {
          clientId: text,
          name: text,
          scopes: [text, 'email'],
          services: [{ name: text, routes: [text] }],
        },
      ],
      withdraw: { action: text, hidden },
    }),
    accounts: accountsPage({
      locale,
      clientName: text,
      accounts: [{ sid: text, username: text, name: `${text}.` }],
      action: text,
      hidden,
    }),
    consent: consentPage({
      locale,
      clientName: text,
      returnTo: text,
      isKept: true,
      routes: [],
      user: { username: text, name: `${text}.` },
      scopes: [{ scope: text, isAllowed: true }],
      service: text,
      policyUri: `https://app.example/${text}`,
      tosUri: `https://app.example/${text}`,
      action: text,
      hidden,
    }),
    deviceCode: deviceCodePage({
      locale,
      user: { username: text, name: text },
      userCode: text,
      error: { kind: 'wrong' },
      action: text,
      hidden,
    }),
    deviceBlocked: deviceCodePage({
      locale,
      user: { username: text, name: text },
      error: { kind: 'blocked', retryAfterSeconds: 61 },
      action: '/device',
      hidden,
    }),
    deviceConfirm: deviceConfirmPage({
      locale,
      userCode: text,
      clientName: text,
      isKept: false,
      user: { username: text, name: text },
      scopes: [{ scope: text, isAllowed: true }],
      service: text,
      routes: [text],
      policyUri: text,
      action: text,
      hidden,
    }),
    deviceDone: deviceDonePage({ locale, isAllowed: true }),
    deviceDenied: deviceDonePage({ locale, isAllowed: false }),
    code: codePage({ locale, user: { username: text }, action: text, hidden }),
    codeThrottled: codePage({
      ...{ locale, user: { username: text, name: `${text}.` }, action: text, hidden },
      error: { kind: 'throttled', retryAfterSeconds: 61 },
    }),
    newPassword: newPasswordPage({
      ...{ locale, user: { username: text, name: `${text}.` }, least: 8, action: text, hidden },
      error: { kind: 'short' },
    }),
    newPasswordFirst: newPasswordPage({
      ...{ locale, user: { username: text }, least: 8, action: text, hidden },
    }),
    setUp: oneTimeCodePage({
      ...{ locale, user: { username: text, name: `${text}.` }, action: text, hidden },
      setup: { secret: text, address: `otpauth://totp/${text}` },
      error: { kind: 'refused' },
    }),
    switchOff: oneTimeCodePage({ locale, user: { username: text }, action: text, hidden }),
    homeSignedOut: homePage({ locale }),
    unavailable: unavailablePage({ locale }),
  }
}
