-- Appends one entry and moves the head. The digest chains the log so that a loss is noticed; it is no signature.
-- src/log-digest.ts computes the same. `entry`: {kind, value, expiry, reason, sub, audience}, '' for what it has not.
local function append_entry(head_key, log_key, head, partition, entry)
  local kind, value, expires, reason, sub, audience = unpack(entry)
  local offset = head.offset + 1
  local text = table.concat({head.digest, partition, offset, kind, expires, reason, sub, audience, value}, '\n')
  local digest = string.sub(redis.sha1hex(text), 1, 16)
  -- Always the same fields: a stream keeps the names of equal ones once.
  redis.call('XADD', log_key, offset .. '-0', 'k', kind, 'v', value, 'x', expires, 'd', digest, 'r', reason, 's', sub,
    'a', audience)
  redis.call('HSET', head_key, 'offset', offset, 'digest', digest)
  -- A hint for the other processes: it may fail (channel rights) without undoing what stands above.
  redis.pcall('PUBLISH', log_key, offset)
  head.offset, head.digest = offset, digest
end
