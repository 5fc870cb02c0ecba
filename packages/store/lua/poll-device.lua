-- Answers a device: RFC 8628 section 3.5. What was approved is given once.
-- include: device
-- KEYS: device
-- ARGV: deadline, now, client as JSON, linger seconds, seconds that polling too early adds
-- Reply: approved, record, decision
--        slow_down, interval
--        pending | denied | expired | unknown
local now, linger = tonumber(ARGV[2]), tonumber(ARGV[4])
local device = read_device(KEYS[1])
if not device or device.client ~= ARGV[3] or now >= device.expires + linger then return {'unknown'} end
if now >= device.expires then return {'expired'} end
if device.state == 'denied' then return {'denied'} end
if device.state == 'approved' then
  redis.call('DEL', KEYS[1])
  return {'approved', device.record, device.decision}
end
local early = now < device.polled + device.interval
if early then device.interval = device.interval + ARGV[5] end
device.polled = now
write_device(KEYS[1], device, now, linger)
if early then return {'slow_down', device.interval} end
return {'pending'}
