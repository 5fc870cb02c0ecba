-- Creates a session and adds it to its user's list.
-- include: living-session user-list
-- KEYS: session, user
-- ARGV: deadline, epoch and offset of its birth, now, idle end, absolute end, linger seconds, sid, lifetime seconds of the
--       longest session, sub, handle hash, time and way of the sign-in, created at, user agent
-- Reply: ok
local now = tonumber(ARGV[4])
write_session(KEYS[1], {
  idle = tonumber(ARGV[5]),
  absolute = tonumber(ARGV[6]),
  epoch = tonumber(ARGV[2]),
  offset = tonumber(ARGV[3]),
  sub = ARGV[10],
  handle = ARGV[11],
  auth_time = tonumber(ARGV[12]),
  how = ARGV[13],
  created = tonumber(ARGV[14]),
  agent = ARGV[15],
  clients = {},
  families = {},
}, now, tonumber(ARGV[7]))
local others = without_old(redis.call('GET', KEYS[2]) or '', now - ARGV[9])
redis.call('SET', KEYS[2], string.format('%s%s %s\n', others, ARGV[8], ARGV[14]), 'EX', ARGV[9])
return {'ok'}
