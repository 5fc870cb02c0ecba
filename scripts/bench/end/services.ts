/**
 * Many services, as one program: feeds to the issuer, sockets to the floor, and the admin who ends. All times are of one clock.
 */
import { readFileSync } from 'node:fs'
import { type Feed, feedClient } from '@latchkey/feed'
import { createServiceClient, type ServiceCalls } from '@latchkey/service-client'
import { WebSocket } from 'ws'
import { answer } from '../child.ts'
import { AUDIENCE, CLIENT, USERNAME } from './issuer-settings.ts'
import { timePolling } from './polling.ts'

export interface ServicesFacts {
  readonly count: number
  readonly issuerAddress: string
  readonly clientSecret: string
  /** What the issuer keeps for the command line on its machine. */
  readonly credentialsFile: string
  readonly floorAddress: string
}

export type ServicesQuestion =
  | { readonly start: ServicesFacts }
  /** `receipts`: the answer waits for them. */
  | { readonly end: 'user' | 'receipts' | 'floor' }
  | { readonly poll: true }
  | { readonly introspect: true }

/** Milliseconds from before the call until the last service knew, and until the caller had the answer. */
export interface EndTimes {
  readonly lastAppliedMs: number
  readonly answeredMs: number
}

let admin: ServiceCalls
let sub: string
let facts: ServicesFacts
let token: { access_token: string } | undefined
let heard = { count: 0, all: () => {} }

async function start(given: ServicesFacts): Promise<boolean> {
  facts = given
  const credentials = JSON.parse(readFileSync(facts.credentialsFile, 'utf8')) as {
    issuer: string
    clientId: string
    clientSecret: string
  }
  admin = createServiceClient(credentials).as(credentials.issuer)
  sub = await subOf(USERNAME)
  await Promise.all(Array.from({ length: facts.count }, joinFeed))
  await Promise.all(Array.from({ length: facts.count }, joinFloor))
  return true
}

function joinFeed(): Promise<void> {
  const { issuerAddress, clientSecret } = facts
  const feed: Feed = feedClient({
    issuerAddress,
    service: AUDIENCE,
    credentials: { clientId: CLIENT, clientSecret },
  })
  return new Promise((resolve) => {
    feed.subscribe({ leased: () => resolve(), applied: hear })
  })
}

function joinFloor(): Promise<void> {
  const socket = new WebSocket(`${facts.floorAddress.replace('http', 'ws')}/feed`, 'bench')
  socket.on('message', (data) => {
    JSON.parse(String(data))
    hear()
  })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve())
    socket.on('error', reject)
  })
}

function hear(): void {
  heard.count += 1
  if (heard.count === facts.count) heard.all()
}

async function timeEnd(call: () => Promise<Response>): Promise<EndTimes> {
  const begun = performance.now()
  const applied = new Promise<number>((resolve) => {
    heard = { count: 0, all: () => resolve(performance.now() - begun) }
  })
  const response = await call()
  const answeredMs = performance.now() - begun
  if (!response.ok) throw new Error(`ending was answered ${response.status}`)
  await response.arrayBuffer()
  return { answeredMs, lastAppliedMs: await applied }
}

/** Everything of one person: the same path for every cause and target (one entry, one audit record). */
function endUser(headers: Record<string, string> = {}): Promise<Response> {
  return admin.fetch('/admin/v1/ends', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ target: { kind: 'user', sub } }),
  })
}

async function subOf(username: string): Promise<string> {
  const answer = await admin.fetch(`/admin/v1/users?search=${username}`)
  const { users } = (await answer.json()) as { users: { sub: string; username: string }[] }
  const user = users.find((one) => one.username === username)
  if (user === undefined) throw new Error(`the issuer has no ${username}`)
  return user.sub
}

async function latest(): Promise<number> {
  return Number(await (await fetch(`${facts.floorAddress}/latest`)).text())
}

const trigger = () => fetch(`${facts.floorAddress}/trigger`, { method: 'POST' })

async function postAsClient(path: string, form: Record<string, string>): Promise<unknown> {
  const basic = Buffer.from(`${CLIENT}:${facts.clientSecret}`).toString('base64')
  const answer = await fetch(`${facts.issuerAddress}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams(form),
  })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`)
  return await answer.json()
}

/** One request's question to the issuer whether its token still lives (RFC 7662). */
async function timeIntrospection(): Promise<number> {
  token ??= (await postAsClient('/token', {
    grant_type: 'client_credentials',
    resource: AUDIENCE,
  })) as { access_token: string }
  const begun = performance.now()
  const { active } = (await postAsClient('/introspect', { token: token.access_token })) as {
    active: boolean
  }
  if (!active) throw new Error('a living token is said to be dead')
  return performance.now() - begun
}

answer<ServicesQuestion>(async (question) => {
  if ('start' in question) return await start(question.start)
  if ('poll' in question) return await timePolling(facts.count, latest, trigger)
  if ('introspect' in question) return await timeIntrospection()
  switch (question.end) {
    case 'user':
      return await timeEnd(endUser)
    case 'receipts':
      return await timeEnd(() => endUser({ prefer: 'wait=5' }))
    case 'floor':
      return await timeEnd(trigger)
  }
})
