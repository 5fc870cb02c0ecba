/** POST /feed/poll: the feed where WebSockets are barred; long polling as in RFC 6202 section 2. docs/protocol/feed.md. */
import { PassThrough } from 'node:stream'
import { FEED_NONCE_HEADER, FEED_POLL, OAuthError, type Scheduler } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply } from 'fastify'
import {
  type FeedOpeningDeps,
  type OpenedFeed,
  openFeed,
} from '../client-authentication/feed-opening.ts'
import { FEED_MAX_PAYLOAD_BYTES } from '../feed/connection.ts'
import type { FeedHub } from '../feed/hub.ts'
import { pollLine } from '../feed/poll-line.ts'
import { singleHeader } from '../http/single-header.ts'

export interface FeedPollDeps extends FeedOpeningDeps {
  readonly hub: Pick<FeedHub, 'accept'>
  readonly scheduler: Scheduler
  /** T. */
  readonly leaseMs: number
}

/** A route catalogue, and all else that a verifier has to say at once. */
const MOST_BYTES = FEED_MAX_PAYLOAD_BYTES + 64 * 1024
/** Hello, keys, routes, acks of every partition and a lease: more is no small conversation. */
const MOST_FRAMES = 1100
const MEDIA_TYPE = 'application/x-ndjson'

export function feedPoll(deps: FeedPollDeps) {
  return async (app: FastifyInstance) => {
    app.addContentTypeParser(MEDIA_TYPE, { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    )
    app.post('/feed/poll', { bodyLimit: MOST_BYTES }, async (request, reply) => {
      if (typeof request.body !== 'string') {
        throw new OAuthError('invalid_request', 'not_a_feed_poll', {
          description: `send the frames as ${MEDIA_TYPE}, one a line`,
        })
      }
      const { body } = request
      const authorization = singleHeader(request, 'authorization')
      const opened = await openFeed(authorization, { channel: FEED_POLL, body }, deps)
      const frames = body.split('\n')
      if (frames.length > MOST_FRAMES) throw new OAuthError('invalid_request', 'too_many_frames')
      // RFC 7240 section 4.3: a verifier without keys has nothing to wait with.
      const waitMs = singleHeader(request, 'prefer') === 'wait=0' ? 0 : deps.leaseMs / 5
      return converse(reply, { ...opened, frames, waitMs }, deps)
    })
  }
}

interface Poll extends OpenedFeed {
  readonly frames: readonly string[]
  readonly waitMs: number
}

function converse(reply: FastifyReply, poll: Poll, deps: FeedPollDeps): FastifyReply {
  const out = new PassThrough()
  const line = pollLine({
    session: poll.session,
    out,
    waiting: () => out.writableLength + out.readableLength + reply.raw.writableLength,
    read: () => peer.heard(),
  })
  const peer = deps.hub.accept(line, poll)
  for (const frame of poll.frames) peer.frame(frame)
  void peer.answered().then(async () => {
    await firstOf(line.news, poll.waitMs, deps.scheduler)
    line.finish()
  })
  out.on('error', () => {})
  // The same verifier is back in milliseconds, here or elsewhere: only one that stays away has left.
  out.on('close', () => void deps.scheduler.after(deps.leaseMs / 2, peer.closed))
  return reply
    .header(FEED_NONCE_HEADER, poll.issuerNonce)
    .header('cache-control', 'no-store, no-transform')
    .type(MEDIA_TYPE)
    .send(out)
}

/** Resolves with the event, or when so much time has passed. */
function firstOf(event: Promise<void>, waitMs: number, scheduler: Scheduler): Promise<void> {
  return new Promise((resolve) => {
    const cancel = scheduler.after(waitMs, resolve)
    void event.then(() => {
      cancel()
      resolve()
    })
  })
}
