-- Another server, or the same one started again: writes that were seen may be missing, also such as nobody remembers any more.
-- '' where scripts may not ask.
local function run_id()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
end

-- The end of the log: {epoch, offset, digest}. Entries that are still there when an epoch starts stay: they still hold.
local function start_epoch(head_key, log_key, head, next_epoch)
  head.epoch = math.max(tonumber(next_epoch), head.epoch + 1)
  local newest = redis.call('XREVRANGE', log_key, '+', '-', 'COUNT', 1)[1]
  if newest then
    head.offset = tonumber(string.match(newest[1], '^%d+'))
    head.digest = newest[2][8]
  elseif redis.call('EXISTS', log_key) == 1 then
    -- Empty because everything was trimmed: the stream still knows its last id and takes only higher ones.
    local facts = redis.call('XINFO', 'STREAM', log_key)
    for i = 1, #facts, 2 do
      if facts[i] == 'last-generated-id' then
        head.offset = tonumber(string.match(facts[i + 1], '^%d+'))
      end
    end
  end
  redis.call('HSET', head_key, 'epoch', head.epoch, 'offset', head.offset, 'digest', head.digest, 'run', run_id())
  return head
end

-- A new log starts an epoch, and so does one of which only half is left.
local function open_log(head_key, log_key, next_epoch)
  local kept = redis.call('HMGET', head_key, 'epoch', 'offset', 'digest')
  local head = {
    epoch = tonumber(kept[1] or 0),
    offset = tonumber(kept[2] or 0),
    digest = kept[3] or '',
  }
  local whole = head.offset == 0 or redis.call('EXISTS', log_key) == 1
  if kept[1] and whole then return head end
  return start_epoch(head_key, log_key, head, next_epoch)
end
