-- Moves the idle end of a living session, and replaces the sign-in when one is given.
-- include: living-session
-- KEYS: session, cuts
-- ARGV: deadline, now, idle end, linger seconds, sign-in ('' keeps it, and then the idle end only moves forward)
-- Reply: ok | dead
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end
local idle = math.min(tonumber(ARGV[3]), session.absolute)
if ARGV[5] == '' then
  session.idle = math.max(session.idle, idle)
else
  session.idle, session.sign_in = idle, ARGV[5]
end
write_session(KEYS[1], session, now, tonumber(ARGV[4]))
return {'ok'}
