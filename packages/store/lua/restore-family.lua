-- Takes a redemption back, if it is still the last one.
-- include: living-session living-family
-- KEYS: session, cuts
-- ARGV: deadline, now, linger seconds, family name, generation, rotated at before
-- Reply: ok
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
local family = session and living_family(session, KEYS[2], ARGV[4], now)
if family and family.generation == tonumber(ARGV[5]) then
  family.generation, family.rotated = family.generation - 1, tonumber(ARGV[6])
  keep_family(session, family)
  write_session(KEYS[1], session, now, tonumber(ARGV[3]))
end
return {'ok'}
