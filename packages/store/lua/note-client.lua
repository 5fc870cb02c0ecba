-- Notes a client that received tokens of a living session.
-- include: living-session living-family
-- KEYS: session, cuts
-- ARGV: deadline, now, client id, linger seconds, claims for /userinfo
-- Reply: ok | dead
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end
note_client(session, ARGV[3], ARGV[5])
write_session(KEYS[1], session, now, tonumber(ARGV[4]))
return {'ok'}
