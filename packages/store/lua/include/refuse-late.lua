-- Part of every script. ARGV[1] is the caller's deadline in milliseconds of this server's clock. After a hang Redis would
-- otherwise do, seconds later, what the caller has already reported as failed.
local time = redis.call('TIME')
local server_ms = time[1] * 1000 + math.floor(time[2] / 1000)
if server_ms >= tonumber(ARGV[1]) then
  return {'late', string.format('%.0f', server_ms)}
end
