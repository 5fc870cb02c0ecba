-- The outbox: what apps must still hear of ended sessions. A field of the hash for each session, in it its deliveries as
-- JSON, by id; the time at which each must be looked at again; and the sessions by age. SCHEMA.md.
local function keep_for(key, seconds)
  if redis.call('TTL', key) < seconds then redis.call('EXPIRE', key, seconds) end
end

local function read_deliveries(outbox_key, sid)
  local text = redis.call('HGET', outbox_key, sid)
  return text and cjson.decode(text) or {}
end

-- Writes back the deliveries of one session; without any, the session is forgotten.
local function write_deliveries(outbox_key, new_key, sid, deliveries)
  if next(deliveries) then
    redis.call('HSET', outbox_key, sid, cjson.encode(deliveries))
  else
    redis.call('HDEL', outbox_key, sid)
    redis.call('ZREM', new_key, sid)
  end
end

local function look_again(due_key, id, at)
  if at then redis.call('ZADD', due_key, at, id) else redis.call('ZREM', due_key, id) end
end

-- One waiting delivery for each client; those that are there stay as they are. `linger` seconds after they are settled
-- all are swept; the keys themselves go when nobody sweeps.
local function add_deliveries(outbox_key, due_key, new_key, ended, now, expires, linger)
  local deliveries = read_deliveries(outbox_key, ended.sid)
  for _, client in ipairs(ended.clients) do
    local id = ended.sid .. '~' .. string.sub(redis.sha1hex(client), 1, 16)
    if not deliveries[id] then
      deliveries[id] = {id = id, sid = ended.sid, sub = ended.sub, clientId = client, createdAt = now,
        expiresAt = expires, attempts = 0, state = 'waiting', nextAt = now, lastOutcome = '', settledAt = 0}
      look_again(due_key, id, now)
    end
  end
  if not next(deliveries) then return end
  write_deliveries(outbox_key, new_key, ended.sid, deliveries)
  redis.call('ZADD', new_key, 'NX', now, ended.sid)
  for _, key in ipairs({outbox_key, due_key, new_key}) do keep_for(key, expires - now + 2 * linger) end
end
