-- Creates a session and adds it to its user's list.
-- include: open-log living-session
-- KEYS: session, user, head, log
-- ARGV: deadline, next epoch, now, idle end, absolute end, linger seconds, sign-in, facts, sid, created at,
--       lifetime seconds of the longest session
-- Reply: ok, epoch, offset
local now = tonumber(ARGV[3])
-- The position is read before anything is written, so that an end that comes in between cannot miss the session.
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
local session = {
  idle = tonumber(ARGV[4]),
  absolute = tonumber(ARGV[5]),
  epoch = head.epoch,
  offset = head.offset,
  sign_in = ARGV[7],
  facts = ARGV[8],
  clients = '[]',
}
write_session(KEYS[1], session, now, tonumber(ARGV[6]))
redis.call('ZADD', KEYS[2], ARGV[10], ARGV[9])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. string.format('%.0f', now - ARGV[11]))
redis.call('EXPIRE', KEYS[2], ARGV[11])
return {'ok', head.epoch, head.offset}
