-- Reads the living refresh families of a living session.
-- include: living-session living-family
-- KEYS: session, cuts
-- ARGV: deadline, now
-- Reply: alive, sub, families, each a name and a family
--        dead
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end
local families = {}
for _, text in ipairs(session.families) do
  local name = string.sub(text, 1, NAME_LENGTH)
  local family = living_family(session, KEYS[2], name, now)
  if family then families[#families + 1] = {name, family_reply(family)} end
end
return {'alive', session.sub, families}
