import { LIMITS } from '@latchkey/protocol'
import type { SignalSource } from '../incoming-signals/signal-source.ts'
import { uri } from './declared-kinds.ts'
import { optional, required, type Values } from './field.ts'
import { type Kind, text } from './kinds.ts'
import { show } from './located.ts'
import { readRecords } from './read-fields.ts'

/** Each event is compared with all of them. */
const MOST_SOURCES = 20

export const SIGNAL_SOURCE_FIELDS = {
  issuer: required(text(256), 'Its `iss`, to the letter.'),
  jwks_uri: required(
    uri(),
    'Where its public keys stand. Like every outgoing request to a public host by https, or to one of `outgoing.allow`.',
  ),
  audience: optional(
    text(256),
    'The `aud` of what it says to this issuer, which must be one text. Without it the `issuer` of this installation.',
  ),
  provisioning_client: optional(
    text(LIMITS.clientIdChars),
    'The client by which the same system brings people in (SCIM): the `externalId` that it has given somebody is the `sub` of its events.',
  ),
} as const

/** As it is written; without an audience the issuer is that. */
export type GivenSource = Omit<SignalSource, 'audience'> & Partial<Pick<SignalSource, 'audience'>>

/** Whose security events are heard: docs/protocol/signals.md. */
export function signalSources(): Kind<GivenSource[]> {
  const shape = `a list of at most ${MOST_SOURCES} systems, each issuer once`
  const item = {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(SIGNAL_SOURCE_FIELDS).map(([name, { kind }]) => [name, kind.schema]),
    ),
    required: ['issuer', 'jwks_uri'],
    additionalProperties: false,
  }
  return {
    shape,
    schema: { type: 'array', items: item, maxItems: MOST_SOURCES },
    read: (found, reading) => {
      // None of the fields is a secret, so that nothing else of a file's reading is looked at.
      const whole = { ...reading, env: {}, notePlainSecret: () => {} }
      const sources = readRecords(found, SIGNAL_SOURCE_FIELDS, whole).map((one) => {
        const values = Object.fromEntries(one) as Values<typeof SIGNAL_SOURCE_FIELDS>
        const { issuer, jwks_uri: jwksUri, audience, provisioning_client: client } = values
        return {
          ...{ issuer, jwksUri },
          ...(audience !== undefined && { audience }),
          ...(client !== undefined && { provisioningClient: client }),
        }
      })
      const issuers = new Set(sources.map(({ issuer }) => issuer))
      if (issuers.size < sources.length || sources.length > MOST_SOURCES) {
        const received = show(found)
        reading.report({ at: found.at, code: 'bad-signal-sources', received, expected: shape })
      }
      return sources
    },
  }
}
