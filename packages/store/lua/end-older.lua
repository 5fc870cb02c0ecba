-- Appends an entry that concerns more than a session, with the cut that makes everything older dead at redemption.
-- include: open-log append-entry
-- KEYS: cuts, head, log, value (where the entry of this word stands)
-- ARGV: deadline, next epoch, partition, kind, value, entry expiry, reason, sub and audience of the entry, cut ('' for
--       none), cut expiry, word ('' for none), seconds for which the word is remembered, now
-- Reply: ended, epoch, offset, digest
--        before, epoch, offset, digest: this word has its entry already
local head = open_log(KEYS[2], KEYS[3], ARGV[2])
local word = ARGV[12]
local place = word ~= '' and redis.call('GET', KEYS[4])
if place then
  -- A write, so that WAIT speaks of this moment: the entry may be on no replica yet.
  redis.call('HINCRBY', KEYS[2], 'beats', 1)
  local epoch, offset, digest = string.match(place, '^%d+ (%d+):(%d+):(.*)$')
  return {'before', epoch, offset, digest}
end
append_entry(KEYS[2], KEYS[3], head, ARGV[3], {ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]})
local name = ARGV[10]
-- What is older than an end of everybody is dead already: no other cut is needed beside it.
if name == 'all' then redis.call('DEL', KEYS[1]) end
if name ~= '' then
  local cut = string.format('%.0f:%.0f:%s', head.epoch, head.offset, ARGV[11])
  redis.call('HSET', KEYS[1], name, cut)
end
if word ~= '' then
  local until_second = ARGV[14] + ARGV[13]
  local text = string.format('%.0f %.0f:%.0f:%s', until_second, head.epoch, head.offset, head.digest)
  redis.call('SET', KEYS[4], text, 'EX', ARGV[13])
end
return {'ended', head.epoch, head.offset, head.digest}
