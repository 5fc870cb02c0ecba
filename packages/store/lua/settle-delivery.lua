-- Notes how an attempt went. A delivery that is settled stays as it is.
-- include: outbox
-- KEYS: outbox, outbox due, outbox new
-- ARGV: deadline, now, id, sid, outcome, state, next at, linger seconds
-- Reply: ok
local now = tonumber(ARGV[2])
local deliveries = read_deliveries(KEYS[1], ARGV[4])
local delivery = deliveries[ARGV[3]]
if not delivery or delivery.state ~= 'waiting' then return {'ok'} end
delivery.attempts = delivery.attempts + 1
delivery.lastOutcome, delivery.state = ARGV[5], ARGV[6]
local again
if delivery.state == 'waiting' then
  delivery.nextAt = tonumber(ARGV[7])
  again = math.min(delivery.nextAt, delivery.expiresAt)
else
  delivery.settledAt = now
  again = now + ARGV[8]
end
write_deliveries(KEYS[1], KEYS[3], ARGV[4], deliveries)
look_again(KEYS[2], ARGV[3], again)
for _, key in ipairs(KEYS) do keep_for(key, again - now + ARGV[8]) end
return {'ok'}
