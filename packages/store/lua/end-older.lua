-- Appends an entry that concerns more than a session, with the cut that makes everything older dead at redemption.
-- include: open-log append-entry
-- KEYS: cuts, head, log
-- ARGV: deadline, next epoch, partition, kind, value, entry expiry, reason, sub and audience of the entry, cut ('' for
--       none), cut expiry
-- Reply: ended, epoch, offset, digest
local head = open_log(KEYS[2], KEYS[3], ARGV[2])
append_entry(KEYS[2], KEYS[3], head, ARGV[3], {ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]})
local name = ARGV[10]
-- What is older than an end of everybody is dead already: no other cut is needed beside it.
if name == 'all' then redis.call('DEL', KEYS[1]) end
if name ~= '' then
  local cut = string.format('%.0f:%.0f:%s', head.epoch, head.offset, ARGV[11])
  redis.call('HSET', KEYS[1], name, cut)
end
return {'ended', head.epoch, head.offset, head.digest}
