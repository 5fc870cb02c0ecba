-- Entries after an offset, and whether any between it and them are gone.
-- include: open-log
-- KEYS: head, log
-- ARGV: deadline, next epoch, offset, most entries
-- Reply: ok, epoch, offset of the head, entries as XRANGE gives them
local head = open_log(KEYS[1], KEYS[2], ARGV[2])
local first = string.format('%.0f-0', ARGV[3] + 1)
return {'ok', head.epoch, head.offset, redis.call('XRANGE', KEYS[2], first, '+', 'COUNT', ARGV[4])}
