-- Where the log ends.
-- include: open-log
-- KEYS: head, log
-- ARGV: deadline, next epoch
-- Reply: ok, epoch, offset, digest
local head = open_log(KEYS[1], KEYS[2], ARGV[2])
return {'ok', head.epoch, head.offset, head.digest}
