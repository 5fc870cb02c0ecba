-- Takes a redemption back, if it is still the last one.
-- include: living-session living-family
-- KEYS: session, cuts
-- ARGV: deadline, now, family name, generation, rotated at before
-- Reply: ok
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
local family = session and living_family(KEYS[1], KEYS[2], ARGV[3], now)
if family and family.generation == tonumber(ARGV[4]) then
  family.generation, family.rotated = family.generation - 1, tonumber(ARGV[5])
  redis.call('HSET', KEYS[1], 'f:' .. ARGV[3], family_text(family))
end
return {'ok'}
