-- Reads a living refresh family, and the log position as of the same moment.
-- include: open-log living-session living-family
-- KEYS: session, cuts, head, log
-- ARGV: deadline, next epoch, now, family name
-- Reply: alive, family, sub, epoch, offset
--        dead
local now = tonumber(ARGV[3])
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
local family = session and living_family(session, KEYS[2], ARGV[4], now)
if not family then return {'dead'} end
return {'alive', family_reply(family), session.sub, head.epoch, head.offset}
