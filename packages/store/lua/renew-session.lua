-- Replaces the sign-in of a living session and sets its idle end; without a sign-in, the idle end only moves forward.
-- include: living-session
-- KEYS: session, cuts
-- ARGV: deadline, now, linger seconds, idle end, handle hash, time and way of the sign-in (or none of the three)
-- Reply: ok | dead
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end
local idle = math.min(tonumber(ARGV[4]), session.absolute)
if ARGV[5] then
  session.idle, session.handle, session.auth_time, session.how = idle, ARGV[5], tonumber(ARGV[6]), ARGV[7]
else
  session.idle = math.max(session.idle, idle)
end
write_session(KEYS[1], session, now, tonumber(ARGV[3]))
return {'ok'}
