-- Notes what the person decided, once, and frees the user code: RFC 8628 section 3.3.
-- include: device
-- KEYS: device, user code
-- ARGV: deadline, now, digest of the device code, state, decision as JSON, linger seconds
-- Reply: ok | none
local now = tonumber(ARGV[2])
local kept = redis.call('GET', KEYS[2])
-- Meanwhile the code may have been decided, and given to another device.
if not kept or string.match(kept, '^%S+') ~= ARGV[3] then return {'none'} end
local device = read_device(KEYS[1])
if not device or device.state ~= 'pending' or now >= device.expires then return {'none'} end
device.state, device.decision = ARGV[4], ARGV[5]
write_device(KEYS[1], device, now, tonumber(ARGV[6]))
redis.call('DEL', KEYS[2])
return {'ok'}
