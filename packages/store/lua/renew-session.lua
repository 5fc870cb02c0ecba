-- Replaces the sign-in of a living session, if there is one, and moves its idle end, forward only.
-- include: living-session
-- KEYS: session, cuts
-- ARGV: deadline, now, linger seconds, idle end, handle hash, time and way of the sign-in (or none of the three)
-- Reply: ok | dead
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end
local idle = math.min(tonumber(ARGV[4]), session.absolute)
session.idle = math.max(session.idle, idle)
if ARGV[5] then
  session.handle, session.auth_time, session.how = ARGV[5], tonumber(ARGV[6]), ARGV[7]
end
write_session(KEYS[1], session, now, tonumber(ARGV[3]))
return {'ok'}
