-- Gives out due deliveries, each to one caller for a while. Those whose time is over have failed; those that were settled
-- long enough ago are swept. With 0 as the most it only sweeps.
-- include: outbox
-- KEYS: outbox, outbox due, outbox new
-- ARGV: deadline, now, most, lease seconds, linger seconds, most to look at
-- Reply: ok, delivery as JSON, ...
local now, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local reply = {'ok'}

-- What becomes of a due delivery, and when it is to be looked at again; nil when never.
local function look_at(delivery)
  if delivery.state ~= 'waiting' then return nil end
  if now >= delivery.expiresAt then
    delivery.state, delivery.settledAt = 'failed', now
    return now + ARGV[5]
  end
  if #reply > most then return now end
  delivery.nextAt = now + ARGV[4]
  reply[#reply + 1] = cjson.encode(delivery)
  return math.min(delivery.nextAt, delivery.expiresAt)
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[6])) do
  local sid = string.match(id, '^(.*)~')
  local deliveries = read_deliveries(KEYS[1], sid)
  local again = deliveries[id] and look_at(deliveries[id])
  if again then
    redis.call('ZADD', KEYS[2], again, id)
  else
    deliveries[id] = nil
    redis.call('ZREM', KEYS[2], id)
  end
  write_deliveries(KEYS[1], KEYS[3], sid, deliveries)
end
return reply
