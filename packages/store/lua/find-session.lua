-- The living session and the log position, both as of one moment.
-- include: open-log living-session
-- KEYS: session, cuts, head, log
-- ARGV: deadline, next epoch, now
-- Reply: alive, session, epoch, offset
--        dead
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
local session = living_session(KEYS[1], KEYS[2], tonumber(ARGV[3]))
if not session then return {'dead'} end
return {'alive', session_reply(session), head.epoch, head.offset}
