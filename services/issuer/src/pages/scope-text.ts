import type { Messages } from './messages/en.ts'

/** What each scope lets an app do, in words. */
const SCOPE_TEXTS: Readonly<Record<string, keyof Messages>> = {
  profile: 'scopeProfile',
  email: 'scopeEmail',
  address: 'scopeAddress',
  phone: 'scopePhone',
}

/** The words for a scope; the scope itself where there are none. */
export function scopeText(messages: Messages, scope: string): string {
  const key = SCOPE_TEXTS[scope]
  return key === undefined ? scope : messages[key]
}
