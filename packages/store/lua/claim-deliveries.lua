-- Gives out due deliveries, each to one caller for a while. Those whose time is over have failed, those that were settled
-- long enough ago are swept. With 0 as the most it only does the latter two.
-- include: outbox
-- KEYS: outbox, outbox due, outbox new
-- ARGV: deadline, now, most, lease seconds, linger seconds, most to look at
-- Reply: ok, delivery as JSON, ...
local now, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local reply = {'ok'}

-- The second in which to look at it again; nil when never.
local function move_on(delivery)
  if not delivery or delivery.state ~= 'waiting' then return nil end
  if now >= delivery.expiresAt then
    delivery.state, delivery.settledAt = 'failed', now
    return now + ARGV[5]
  end
  delivery.nextAt = now + ARGV[4]
  reply[#reply + 1] = cjson.encode(delivery)
  return math.min(delivery.nextAt, delivery.expiresAt)
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[6])) do
  if most > 0 and #reply > most then break end
  local sid = string.match(id, '^(.*)~')
  local deliveries = read_deliveries(KEYS[1], sid)
  local delivery = deliveries[id]
  local living = delivery and delivery.state == 'waiting' and now < delivery.expiresAt
  if most > 0 or not living then
    local again = move_on(delivery)
    if not again then deliveries[id] = nil end
    write_deliveries(KEYS[1], KEYS[3], sid, deliveries)
    look_again(KEYS[2], id, again)
  end
end
return reply
