-- Ends one session: it and its families are gone and the entry is there, or neither.
-- include: open-log append-entry living-session
-- KEYS: session, cuts, head, log
-- ARGV: deadline, next epoch, partition, sid, entry expiry
-- Reply: ended, epoch, offset, digest, session text
--        dead, epoch
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
local text = redis.call('HGET', KEYS[1], 's')
-- A session that was cut off has its entry already: that of its user or of everybody.
if not text or session_is_cut(KEYS[2], read_session(text)) then return {'dead', head.epoch} end
append_entry(KEYS[3], KEYS[4], head, ARGV[3], 'session', ARGV[4], ARGV[5])
redis.call('DEL', KEYS[1])
return {'ended', head.epoch, head.offset, head.digest, text}
