-- Answers a device: RFC 8628 section 3.5. What was approved is given once.
-- include: open-log device
-- KEYS: device, head, log
-- ARGV: deadline, next epoch, now, client as JSON, linger seconds, seconds that polling too early adds
-- Reply: approved, record, decision, epoch, offset
--        slow_down, interval
--        pending | denied | expired | unknown
local now, linger = tonumber(ARGV[3]), tonumber(ARGV[5])
local head = open_log(KEYS[2], KEYS[3], ARGV[2])
local device = read_device(KEYS[1])
if not device or device.client ~= ARGV[4] or now >= device.expires + linger then return {'unknown'} end
if now >= device.expires then return {'expired'} end
if device.state == 'denied' then return {'denied'} end
if device.state == 'approved' then
  redis.call('DEL', KEYS[1])
  return {'approved', device.record, device.decision, head.epoch, head.offset}
end
local early = now < device.polled + device.interval
if early then device.interval = device.interval + ARGV[6] end
device.polled = now
write_device(KEYS[1], device, now, linger)
if early then return {'slow_down', device.interval} end
return {'pending'}
