import type { FastifyRequest } from 'fastify'
import type { Locale } from './locale.ts'
import { chooseLocale } from './locale.ts'

/** The language of the answer to a request. `uiLocales` is the parameter of OpenID Connect Core section 3.1.2.1. */
export type PageLocale = (request: FastifyRequest, uiLocales?: string) => Locale

export function pageLocale(offered: readonly Locale[]): PageLocale {
  return (request, uiLocales) =>
    chooseLocale({ offered, uiLocales, acceptLanguage: request.headers['accept-language'] })
}
