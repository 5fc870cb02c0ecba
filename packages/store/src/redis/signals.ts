import { partitionOfSubject } from '@latchkey/protocol'
import type { Signal, SignalCursor, SignalQueue } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'
import type { watchKey } from './watch-key.ts'

type Watch = Awaited<ReturnType<typeof watchKey>>

/** Everything of a stream stands in one partition, which its name chooses; `watches` are those of the `signals` key of each. */
export function redisSignals(
  { redis, run, keys, partitions }: RedisContext,
  watches: readonly Watch[],
): SignalQueue {
  function keysOf(stream: string) {
    const { signals, signalQueue, signalTexts } = keys(partitionOfSubject(stream, partitions))
    const digest = textDigest(stream)
    return [signals, signalQueue(digest), signalTexts(digest)] as const
  }

  async function add(
    stream: string,
    places: readonly [partition: number | '', before: string, after: string],
    signals: readonly Signal[],
    most: number,
    now: number,
  ): Promise<boolean> {
    const seconds = Math.max(1, ...signals.map(({ expiresAt }) => expiresAt - now))
    const facts = signals.flatMap(({ jti, expiresAt, claims }) => [jti, expiresAt, claims])
    const keysOfStream = keysOf(stream)
    const [word] = await run(
      'append-signals',
      keysOfStream,
      stream,
      ...places,
      most,
      seconds,
      ...facts,
    )
    return word === 'ok'
  }

  return {
    append: (stream, { after, to }, signals, most, now) =>
      add(stream, [to.partition, placeText(after), placeText(to)], signals, most, now),

    async add(stream, signal, most, now) {
      await add(stream, ['', '', ''], [signal], most, now)
    },

    async cursor(stream, partition) {
      const [signalsKey] = keysOf(stream)
      const text = await guarded(redis.hget(signalsKey, stream))
      const { places } = JSON.parse(text ?? '{"places":{}}')
      const place: string | undefined = places[`p${partition}`]
      if (place === undefined) return undefined
      const [epoch, offset] = place.split(':')
      return { partition, epoch: Number(epoch), offset: Number(offset) }
    },

    async peek(stream, limit, now) {
      const [, queue, texts] = keysOf(stream)
      const [, more, ...facts] = await run('peek-signals', [queue, texts], now, limit)
      const signals: Signal[] = []
      for (let i = 0; i < facts.length; i += 3) {
        const [jti, expiresAt, claims] = facts.slice(i, i + 3)
        signals.push({
          jti: String(jti),
          claims: String(claims),
          expiresAt: Number(expiresAt),
        })
      }
      return { signals, more: more === 1 }
    },

    async settle(stream, jtis) {
      if (jtis.length > 0) await run('settle-signals', keysOf(stream), stream, ...jtis)
    },

    async drop(stream) {
      await run('settle-signals', keysOf(stream), stream)
    },

    watch: (listener) => {
      const stops = watches.map((watch) => watch(listener))
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

function placeText(cursor: SignalCursor | undefined): string {
  return cursor === undefined ? '' : `${cursor.epoch}:${cursor.offset}`
}
