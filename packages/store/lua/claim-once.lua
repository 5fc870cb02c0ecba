-- Claims a word for some time: true for the first caller only.
-- KEYS: claim
-- ARGV: deadline, now, seconds
-- Reply: claimed | taken
local free_from = redis.call('GET', KEYS[1])
if free_from and tonumber(ARGV[2]) < tonumber(free_from) then return {'taken'} end
-- Kept longer than it is held here: a process whose clock is behind this caller's would hold it for longer.
redis.call('SET', KEYS[1], string.format('%.0f', ARGV[2] + ARGV[3]), 'EX', ARGV[3] + 10)
return {'claimed'}
