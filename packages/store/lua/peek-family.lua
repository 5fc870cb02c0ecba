-- Reads a living refresh family.
-- include: living-session living-family
-- KEYS: session, cuts
-- ARGV: deadline, now, family name
-- Reply: alive, family text, sub
--        dead
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
local family = session and living_family(KEYS[1], KEYS[2], ARGV[3], now)
if not family then return {'dead'} end
return {'alive', family_text(family), session.sub}
