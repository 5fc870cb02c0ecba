-- Appends one entry and moves the head. The digest chains the log so that a loss is noticed; it is no signature.
-- src/log-digest.ts computes the same.
local function append_entry(head_key, log_key, head, partition, kind, value, expires)
  local offset = head.offset + 1
  local text = table.concat({head.digest, partition, offset, kind, expires, value}, '\n')
  local digest = string.sub(redis.sha1hex(text), 1, 16)
  redis.call('XADD', log_key, offset .. '-0', 'k', kind, 'v', value, 'x', expires, 'd', digest)
  redis.call('HSET', head_key, 'offset', offset, 'digest', digest)
  -- A hint for the other processes: it may fail (channel rights) without undoing what stands above.
  redis.pcall('PUBLISH', log_key, offset)
  head.offset, head.digest = offset, digest
end
