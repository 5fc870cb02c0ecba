-- Adds what the clients of an ended session must hear.
-- include: outbox
-- KEYS: outbox, outbox due, outbox new
-- ARGV: deadline, now, sid, sub, clients as JSON, expiry, linger seconds
-- Reply: ok
local ended = {sid = ARGV[3], sub = ARGV[4], clients = cjson.decode(ARGV[5])}
add_deliveries(KEYS[1], KEYS[2], KEYS[3], ended, tonumber(ARGV[2]), tonumber(ARGV[6]), tonumber(ARGV[7]))
return {'ok'}
