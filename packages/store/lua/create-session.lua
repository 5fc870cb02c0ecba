-- Creates a session and adds it to its user's list.
-- include: living-session
-- KEYS: session, user
-- ARGV: deadline, epoch and offset of its birth, now, idle end, absolute end, linger seconds, sign-in, facts, sid,
--       created at, lifetime seconds of the longest session
-- Reply: ok
local now = tonumber(ARGV[4])
local session = {
  idle = tonumber(ARGV[5]),
  absolute = tonumber(ARGV[6]),
  epoch = tonumber(ARGV[2]),
  offset = tonumber(ARGV[3]),
  sign_in = ARGV[8],
  facts = ARGV[9],
  clients = '[]',
  userinfo = '',
}
write_session(KEYS[1], session, now, tonumber(ARGV[7]))
redis.call('ZADD', KEYS[2], ARGV[11], ARGV[10])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. string.format('%.0f', now - ARGV[12]))
redis.call('EXPIRE', KEYS[2], ARGV[12])
return {'ok'}
