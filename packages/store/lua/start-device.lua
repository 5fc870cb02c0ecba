-- Keeps the request of a device under its device code and its user code: RFC 8628 section 3.2.
-- include: device
-- KEYS: device, user code
-- ARGV: deadline, now, digest of the device code, expiry, interval, client as JSON, record, linger seconds
-- Reply: ok | taken
local now, expires = tonumber(ARGV[2]), tonumber(ARGV[4])
local kept = redis.call('GET', KEYS[2])
if kept and now < tonumber(string.match(kept, '^%S+ (%d+)\n')) then return {'taken'} end
local text = string.format('%s %.0f\n%s', ARGV[3], expires, ARGV[7])
redis.call('SET', KEYS[2], text, 'EX', math.max(1, expires - now))
write_device(KEYS[1], {
  expires = expires,
  interval = tonumber(ARGV[5]),
  polled = 0,
  state = 'pending',
  client = ARGV[6],
  record = ARGV[7],
  decision = '',
}, now, tonumber(ARGV[8]))
return {'ok'}
