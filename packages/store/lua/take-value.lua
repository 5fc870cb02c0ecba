-- Takes a text away: the first caller gets it.
-- KEYS: value
-- ARGV: deadline
-- Reply: taken, text
--        none
local text = redis.call('GETDEL', KEYS[1])
if not text then return {'none'} end
return {'taken', text}
