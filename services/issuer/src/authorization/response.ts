/**
 * The answer at the redirect URI: RFC 6749 sections 4.1.2 and 4.1.2.1, OAuth 2.0 Form Post Response Mode section 2, with
 * `iss` in every one of them (RFC 9207).
 */
import type { OAuthError } from '@latchkey/protocol'
import type { FastifyReply } from 'fastify'
import type { ResponseMode } from '../checks/response.ts'
import { FORM_POST_SCRIPT_HASH, formPostPage } from '../pages/form-post-page.ts'
import type { Locale } from '../pages/locale.ts'
import { pageHeaders } from '../pages/page-headers.ts'

export interface ResponseTarget {
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  /** As it was sent. */
  readonly state: string | undefined
}

export interface ResponseFacts {
  readonly issuer: string
  /** Of the page that posts the answer, where that is the mode. */
  readonly locale: Locale
}

export async function sendCode(
  reply: FastifyReply,
  target: ResponseTarget,
  code: string,
  facts: ResponseFacts,
): Promise<FastifyReply> {
  return await send(reply, target, { code }, facts)
}

export async function sendError(
  reply: FastifyReply,
  target: ResponseTarget,
  { code, description }: OAuthError,
  facts: ResponseFacts,
): Promise<FastifyReply> {
  const described = description === undefined ? {} : { error_description: description }
  return await send(reply, target, { error: code, ...described }, facts)
}

async function send(
  reply: FastifyReply,
  target: ResponseTarget,
  answer: Readonly<Record<string, string>>,
  { issuer, locale }: ResponseFacts,
): Promise<FastifyReply> {
  const { redirectUri, state } = target
  const fields = { ...answer, ...(state !== undefined && { state }), iss: issuer }
  switch (target.responseMode) {
    case 'query':
      return await reply.redirect(withQuery(redirectUri, fields), 303)
    case 'form_post':
      return await reply
        .headers(pageHeaders({ formAction: [redirectUri], script: FORM_POST_SCRIPT_HASH }))
        .send(formPostPage({ locale, action: redirectUri, fields }))
  }
}

/** Appends to the URI as registered, without parsing and rewriting it: its own query stays as it is. */
function withQuery(uri: string, fields: Readonly<Record<string, string>>): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(fields)}`
}
