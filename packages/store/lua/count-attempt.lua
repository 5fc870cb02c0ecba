-- Counts an attempt in a window that begins with the first one. A blocked attempt changes nothing.
-- KEYS: throttle
-- ARGV: deadline, now, limit, window seconds, earlier attempts that are given back first
-- Reply: allowed, attempts with this one, seconds until the window is over
--        blocked, seconds until the window is over
local now = tonumber(ARGV[2])
local count, ends = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
count, ends = tonumber(count), tonumber(ends)
if not ends or now >= ends then count = 0 end
count = math.max(count - tonumber(ARGV[5]), 0)
if count == 0 then ends = now + ARGV[4] end
if count >= tonumber(ARGV[3]) then return {'blocked', ends - now} end
redis.call('SET', KEYS[1], string.format('%.0f %.0f', count + 1, ends), 'EX', ends - now)
return {'allowed', count + 1, ends - now}
