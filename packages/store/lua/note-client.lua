-- Notes a client that received tokens of a living session.
-- include: living-session clients
-- KEYS: session, cuts
-- ARGV: deadline, now, linger seconds, client id, its claims for /userinfo
-- Reply: ok | dead
local now = tonumber(ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end
note_client(session, ARGV[4], ARGV[5])
write_session(KEYS[1], session, now, tonumber(ARGV[3]))
return {'ok'}
