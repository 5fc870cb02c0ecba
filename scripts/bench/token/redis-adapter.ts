import { Redis } from 'ioredis'

/**
 * A compact store for oidc-provider: one MULTI for each write, one command for each read, and only the lists that it needs to
 * revoke a grant or to find a session by its uid.
 */
export function redisAdapter(url: string) {
  const redis = new Redis(url, { enableAutoPipelining: true })
  const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken'])

  return (model: string) => {
    const key = (id: string) => `op:${model}:${id}`
    return {
      async upsert(id: string, payload: Payload, expiresIn: number) {
        const multi = redis.multi()
        multi.hset(key(id), 'payload', JSON.stringify(payload)).expire(key(id), expiresIn)
        if (payload.uid !== undefined) multi.set(`op:uid:${payload.uid}`, id, 'EX', expiresIn)
        if (grantable.has(model) && payload.grantId !== undefined) {
          const list = `op:grant:${payload.grantId}`
          multi.rpush(list, key(id)).expire(list, expiresIn)
        }
        await multi.exec()
      },
      async find(id: string) {
        const { payload, consumed } = await redis.hgetall(key(id))
        if (payload === undefined) return undefined
        return { ...JSON.parse(payload), ...(consumed !== undefined && { consumed: true }) }
      },
      async findByUid(uid: string) {
        const id = await redis.get(`op:uid:${uid}`)
        return id === null ? undefined : await this.find(id)
      },
      async consume(id: string) {
        await redis.hset(key(id), 'consumed', '1')
      },
      async destroy(id: string) {
        await redis.del(key(id))
      },
      async revokeByGrantId(grantId: string) {
        const list = `op:grant:${grantId}`
        await redis.del(list, ...(await redis.lrange(list, 0, -1)))
      },
    }
  }
}

interface Payload {
  readonly uid?: string
  readonly grantId?: string
}
