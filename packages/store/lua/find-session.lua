-- The living session and the log position, both as of one moment.
-- include: open-log living-session
-- KEYS: session, cuts, head, log
-- ARGV: deadline, next epoch, now
-- Reply: alive, session text, epoch, offset
--        dead
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
if not living_session(KEYS[1], KEYS[2], tonumber(ARGV[3])) then return {'dead'} end
return {'alive', redis.call('HGET', KEYS[1], 's'), head.epoch, head.offset}
