-- One write that proves that Redis takes writes, with a look at whether the log lost its last ones.
-- include: open-log
-- KEYS: head, log
-- ARGV: deadline, next epoch, epoch, offset and digest of the newest entry that this process has seen
-- Reply: ok, epoch, offset, digest, server time in ms
local head = open_log(KEYS[1], KEYS[2], ARGV[2])
local seen_epoch, seen_offset = tonumber(ARGV[3]), tonumber(ARGV[4])

-- A log that went on after a loss has another digest where this process saw its own.
local function digest_at(offset)
  if offset == head.offset then return head.digest end
  local id = string.format('%.0f-0', offset)
  local entry = redis.call('XRANGE', KEYS[2], id, id)[1]
  return entry and entry[2][8]
end

-- A process compares what it remembers: it may have seen the new log before, or be gone. The server's own name tells, too.
local run = run_id()
local lost = head.epoch < seen_epoch or redis.call('HGET', KEYS[1], 'run') ~= run
if not lost and head.epoch == seen_epoch then
  local digest = digest_at(seen_offset)
  lost = head.offset < seen_offset or (digest and digest ~= ARGV[5])
end
if lost then head = start_epoch(KEYS[1], KEYS[2], head, ARGV[2]) end
redis.call('HINCRBY', KEYS[1], 'beats', 1)
return {'ok', head.epoch, head.offset, head.digest, string.format('%.0f', server_ms)}
