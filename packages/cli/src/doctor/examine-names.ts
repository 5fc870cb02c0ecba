import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import { type Examined, found, timed } from './finding.ts'

const CONNECT_MS = 3000
const LOOKUP_MS = 5000

/**
 * Whether the name leads to addresses, and whether something listens at each of them: browsers take any.
 * @param addressesOf asks the DNS; rejects with its code
 */
export async function examineNames(
  issuer: URL,
  addressesOf: (host: string) => Promise<string[]> = askDns,
): Promise<Examined> {
  return await timed('address', async () => {
    const host = issuer.hostname.replace(/^\[|\]$/g, '')
    const addresses = await resolve(host, addressesOf)
    if (typeof addresses === 'string') {
      const facts = { host, why: addresses }
      return { facts: { host }, findings: found([[true, 'address-unknown', 'error', facts]]) }
    }
    const port = Number(issuer.port || (issuer.protocol === 'https:' ? 443 : 80))
    const tries = await Promise.all(
      addresses.map(async (address) => ({ address, why: await reach(address, port) })),
    )
    const dead = tries.filter(({ why }) => why !== undefined)
    const list = dead.map(({ address, why }) => `${address} (${why})`).join(', ')
    const isDead = dead.length === tries.length
    return {
      facts: { host, addresses: addresses.join(' ') },
      findings: found([
        [isDead, 'address-dead', 'error', { list, port }],
        [!isDead && dead.length > 0, 'address-partly-dead', 'warning', { list, port }],
      ]),
    }
  })
}

/** The addresses, or the code of the resolver. Names under `localhost` are this machine (RFC 6761 section 6.3). */
async function resolve(
  host: string,
  addressesOf: (host: string) => Promise<string[]>,
): Promise<string[] | string> {
  if (isIP(host) !== 0) return [host]
  if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1']
  try {
    return await Promise.race([addressesOf(host), late()])
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

/** As every program of this machine does, its file of hosts included. */
async function askDns(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

async function late(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  setTimeout(() => reject(Object.assign(new Error(), { code: 'ETIMEOUT' })), LOOKUP_MS).unref()
  return await promise
}

/** Undefined when it was reached, otherwise the code of the system. */
async function reach(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve: done } = Promise.withResolvers<string | undefined>()
  const socket = connect({ host, port, timeout: CONNECT_MS })
  socket.once('connect', () => done(undefined))
  socket.once('timeout', () => done('ETIMEDOUT'))
  socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
  return await promise.finally(() => socket.destroy())
}
