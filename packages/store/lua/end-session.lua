-- Ends one session: it and its families are gone, the entry is there, and what its clients must hear; or nothing of it.
-- include: open-log append-entry living-session clients outbox
-- KEYS: session, cuts, head, log, outbox, outbox due, outbox new
-- ARGV: deadline, next epoch, partition, sid, entry expiry, now, linger seconds of settled deliveries, reason, 'always' or ''
-- Reply: ended, epoch, offset, digest, session
--        noted, epoch, offset, digest, sub or '': there was no session, and its entry is written all the same
--        dead, epoch
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
local text = redis.call('GET', KEYS[1])
local session = text and read_session(text)
-- A session that was cut off has its entry already: that of its user or of everybody.
local known = session and not session_is_cut(KEYS[2], session)
if not known and ARGV[9] == '' then
  -- A write, so that WAIT speaks of this moment: the entry may be that of another process, and on no replica yet.
  redis.call('HINCRBY', KEYS[3], 'beats', 1)
  return {'dead', head.epoch}
end
local sub = session and session.sub or ''
append_entry(KEYS[3], KEYS[4], head, ARGV[3], {'session', ARGV[4], ARGV[5], ARGV[8], sub, ''})
redis.call('DEL', KEYS[1])
if not known then return {'noted', head.epoch, head.offset, head.digest, sub} end
add_deliveries(KEYS[5], KEYS[6], KEYS[7], ended_session(ARGV[4], session), tonumber(ARGV[6]), tonumber(ARGV[5]),
  tonumber(ARGV[7]))
return {'ended', head.epoch, head.offset, head.digest, session_reply(session)}
