/** Who opens a feed: `Authorization: Latchkey-Feed`, docs/protocol/feed.md. The secret is proven, never sent. */
import type { KeyObject } from 'node:crypto'
import type { Client, ClientSecret, ClientSecrets, Clients } from '@latchkey/directory'
import {
  type Clock,
  type FeedOpening,
  type FeedRequest,
  type FeedSession,
  feedKeyOf,
  feedSession,
  isFeedProof,
  nowSeconds,
  OAuthError,
  parseFeedAuthorization,
  type Random,
  randomId,
} from '@latchkey/protocol'
import type { OneTimeStore } from '@latchkey/store'
import { invalidClient } from './invalid-client.ts'
import { noteUse } from './secret-use.ts'

/** So far may the clocks of verifier and issuer be apart, and so long is a nonce remembered, twice. */
const WINDOW_SECONDS = 60

export interface FeedOpeningDeps {
  readonly clients: Pick<Clients, 'find'>
  readonly clientSecrets: Pick<ClientSecrets, 'live' | 'open' | 'noteUse'>
  readonly oneTime: Pick<OneTimeStore, 'claim'>
  readonly clock: Clock
  readonly random: Random
}

export interface OpenedFeed {
  readonly clientId: string
  /** Of the secret that was proven: the feed is open for as long as that one is good. */
  readonly secretId: number
  /** The issuer's part of what the keys are made from, for the header of the answer. */
  readonly issuerNonce: string
  readonly session: FeedSession
}

/**
 * The client that makes this request, and the session that begins with its answer.
 * @throws OAuthError invalid_client, with the same words whatever was wrong; other words only for a client whose secret the
 *   issuer has never seen, because nothing that the client does would help
 */
export async function openFeed(
  authorization: string | undefined,
  request: FeedRequest,
  deps: FeedOpeningDeps,
): Promise<OpenedFeed> {
  const opening = authorization === undefined ? undefined : parseFeedAuthorization(authorization)
  if (!opening) throw invalidClient('feed_authorization_malformed')
  const client = await deps.clients.find(opening.clientId)
  if (!client) throw invalidClient('client_unknown')
  const [proven] = feedKeys(client, deps).filter(({ key }) => isFeedProof(key, opening, request))
  if (!proven) throw invalidClient('feed_proof_wrong')
  if (client.disabled) throw invalidClient('client_disabled')
  await spend(client, opening, deps)
  noteUse(proven.secret, deps.clientSecrets)
  const issuerNonce = randomId(deps.random)
  const facts = {
    key: proven.key,
    verifierNonce: opening.nonce,
    issuerNonce,
    channel: request.channel,
  }
  return {
    clientId: client.id,
    secretId: proven.secret.id,
    issuerNonce,
    session: feedSession(facts, 'issuer', deps.random),
  }
}

interface ProvableSecret {
  readonly secret: ClientSecret
  readonly key: KeyObject
}

/** While one secret follows the other, either may be proven. The proof is tried with each, so that time does not tell which it was. */
function feedKeys(client: Client, { clientSecrets }: FeedOpeningDeps): ProvableSecret[] {
  const live = clientSecrets.live(client)
  if (live.length === 0) throw invalidClient('method_not_registered')
  const keys = live.flatMap((secret) => {
    const plain = clientSecrets.open(client, secret)
    return plain === undefined ? [] : [{ secret, key: feedKeyOf(client.id, plain) }]
  })
  if (keys.length > 0) return keys
  throw new OAuthError('invalid_client', 'feed_secret_unknown', {
    description:
      'the issuer knows this client by the hash of its secret alone; save the client with its secret to open a feed',
  })
}

/** After the proof, or anybody could use up the next nonce of a client. Under its name: theirs are no one else's. */
async function spend(client: Client, opening: FeedOpening, deps: FeedOpeningDeps): Promise<void> {
  const now = nowSeconds(deps.clock)
  if (Math.abs(now - opening.time) > WINDOW_SECONDS) throw invalidClient('feed_proof_out_of_time')
  const key = `${client.id} ${opening.nonce}`
  if (await deps.oneTime.claim('feed-nonce', key, 2 * WINDOW_SECONDS + 1, now)) return
  throw invalidClient('feed_proof_replayed')
}
