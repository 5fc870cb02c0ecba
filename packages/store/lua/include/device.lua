-- A device's request is four lines of one text, SCHEMA.md: numbers and state, client, record, decision.
local function read_device(key)
  local text = redis.call('GET', key)
  if not text then return nil end
  local device = {}
  local expires, interval, polled
  expires, interval, polled, device.state, device.client, device.record, device.decision =
    string.match(text, '^(%d+) (%d+) (%d+) (%a+)\n(.-)\n(.-)\n(.*)$')
  device.expires, device.interval, device.polled = tonumber(expires), tonumber(interval), tonumber(polled)
  return device
end

-- `linger`: seconds for which it is known after its end.
local function write_device(key, device, now, linger)
  local numbers = string.format('%.0f %.0f %.0f ', device.expires, device.interval, device.polled)
  local text = table.concat({numbers .. device.state, device.client, device.record, device.decision}, '\n')
  redis.call('SET', key, text, 'EX', math.max(1, device.expires + linger - now))
end
