-- Spends an authorization code: RFC 6749 section 4.1.2.
-- include: open-log
-- KEYS: code, head, log
-- ARGV: deadline, next epoch, now, client as JSON, seconds for which a spent code is remembered
-- Reply: redeemed, record, epoch, offset
--        replayed, record
--        unknown
local head = open_log(KEYS[2], KEYS[3], ARGV[2])
local kept = redis.call('GET', KEYS[1])
if not kept then return {'unknown'} end
local state, expires, client, record = string.match(kept, '^(%a+) (%d+) (.-)\n(.*)$')
if client ~= ARGV[4] then return {'unknown'} end
local now = tonumber(ARGV[3])
local forgotten = expires + ARGV[5]
if state == 'spent' then
  if now >= forgotten then return {'unknown'} end
  return {'replayed', record}
end
if now >= tonumber(expires) then return {'unknown'} end
redis.call('SET', KEYS[1], 'spent' .. string.sub(kept, 6), 'EX', forgotten - now)
return {'redeemed', record, head.epoch, head.offset}
