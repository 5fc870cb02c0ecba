import t from 'tap'
import { at, entry } from './log.ts'
import { entries, KEYS, scene, snapshot } from './scene.ts'

t.test('the host slept or its clock was set (attack K11)', async (t) => {
  t.test('a lease is over when the wall clock says so', async (t) => {
    const { time, join, grant, remaining } = scene()
    join()
    grant()
    time.suspend(600_000)
    t.equal(remaining(), 5000 - 600_000)
  })

  t.test('a wall clock that goes back behind the lease ends it', async (t) => {
    const { time, join, grant, remaining } = scene()
    join()
    grant()
    time.setWall(-1000)
    t.equal(remaining(), 5000, 'a small step')
    time.setWall(-1)
    t.equal(remaining(), -Infinity)
  })

  t.test('everything is fetched anew, because entries may have been swept too early', async (t) => {
    for (const byMs of [600_000, 1001, -1001, -600_000]) {
      const { feed, time, network, join, grant, remaining } = scene()
      join()
      grant()
      time.setWall(byMs)
      time.advance(1000)
      t.equal(network.last.state, 'cut', `${byMs}`)
      t.equal(remaining(), -Infinity, `${byMs}: no lease`)
      t.equal(feed.replica.positions().length, 0, `${byMs}: nothing is known`)
      time.advance(1000)
      network.last.events.opened()
      t.match(network.last.take(), [{ t: 'hello', positions: [] }])
      network.last.send(KEYS, snapshot(at(10)))
      grant()
      t.equal(remaining(), 5000)
      time.advance(1000)
      t.equal(network.sockets.length, 2, `${byMs}: once`)
    }
  })

  t.test(
    'a clock that is set while there is no connection is noticed by the next attempt',
    async (t) => {
      const { time, network, join, grant, remaining } = scene()
      join()
      grant()
      network.last.closed()
      time.setWall(-2000)
      time.advance(25)
      t.equal(remaining(), -Infinity)
      network.last.events.opened()
      t.match(network.last.take(), [{ t: 'hello', positions: [] }])
    },
  )

  t.test('a clock that is slewed is trusted', async (t) => {
    const { time, network, join, grant } = scene()
    join()
    for (let round = 0; round < 20; round++) {
      grant()
      time.setWall(round % 2 ? 900 : -900)
      time.advance(1000)
    }
    t.equal(network.last.state, 'open')
  })
})

t.test('entries are swept when they and the clock skew have passed', async (t) => {
  const { feed, time, network, join, grant } = scene()
  join()
  const x = Math.floor(time.clock.nowMs() / 1000) + 10
  network.last.send(entries(entry(11, { k: 'session', v: 's0_a', x })))
  const passSeconds = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      time.advance(1000)
      grant({ positions: [at(11)] })
    }
  }
  passSeconds(15)
  t.equal(feed.replica.size(), 1)
  passSeconds(1)
  t.equal(feed.replica.size(), 0)
})
