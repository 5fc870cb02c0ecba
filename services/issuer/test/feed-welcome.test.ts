import t from 'tap'
import { A, B, helloTo, hubScene as scene, turn } from './fixtures/hub-scene.ts'
import { entry } from './fixtures/log-of.ts'

t.test('attack K5: who is ended between the proof and the hello gets no key', async (t) => {
  const SHOWN_THE_DOOR = [[1012, 'show your credentials again']]
  t.test('its client, while the line was open and silent', async (t) => {
    const { log, open } = await scene()
    const verifier = open('a')
    log.append(entry(4, 'client', 'a'))
    await turn()
    t.strictSame(verifier.ended, SHOWN_THE_DOOR)
    verifier.say(helloTo(A))
    await turn()
    t.strictSame(verifier.sent, [])
  })
  t.test('its client, before the line was there', async (t) => {
    const { disabled, open } = await scene()
    disabled.add('a')
    const verifier = open('a')
    verifier.say(helloTo(A))
    await turn()
    t.match(verifier.ended, [[1008, /credentials/]])
    t.strictSame(verifier.sent, [])
  })
  for (const [kind, value] of [
    ['client', 'a'],
    ['service', A.audience],
  ] as const) {
    t.test(`its ${kind}, while the directory answers`, async (t) => {
      const { log, gate, open } = await scene()
      const answers = Promise.withResolvers<void>()
      gate.opens = answers.promise
      const verifier = open('a')
      verifier.say(helloTo(A))
      await turn()
      log.append(entry(4, kind, value))
      await turn()
      answers.resolve()
      await turn()
      t.strictSame(verifier.ended, SHOWN_THE_DOOR)
      t.strictSame(verifier.sent, [])
    })
  }
})

t.test(
  'attack K13: a client that makes up verifiers is given two thousand in an hour',
  async (t) => {
    const { hub, times, open } = await scene()
    const named = async (clientId: string, service: typeof A, name: string) => {
      const line = open(clientId)
      line.say(helloTo(service, name.padEnd(22, '_')))
      await turn()
      line.peer.closed()
      return line.ended
    }
    for (let n = 0; n < 2000; n++) await named('a', A, `made-up-${n}`)
    t.match(await named('a', A, 'one-more'), [[1013, /too many/]])
    t.strictSame(await named('a', A, 'made-up-0'), [], 'who was there comes back')
    t.strictSame(await named('b', B, 'one-more'), [], 'another client has its own')
    times.now += 3_600_000
    t.strictSame(await named('a', A, 'one-more'), [])
    t.equal(hub.verifiers().length, 0)
  },
)
