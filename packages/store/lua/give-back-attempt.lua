-- Takes one attempt back from the window that is going on.
-- KEYS: throttle
-- ARGV: deadline, now
-- Reply: given
local now = tonumber(ARGV[2])
local count, ends = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
count, ends = tonumber(count), tonumber(ends)
if ends and now < ends and count > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f %.0f', count - 1, ends), 'EX', ends - now)
end
return {'given'}
