-- Spends an authorization code: RFC 6749 section 4.1.2.
-- include: open-log
-- KEYS: code, head, log
-- ARGV: deadline, next epoch, now, client as JSON, seconds for which a spent code is remembered
-- Reply: redeemed, record, epoch, offset
--        replayed, sid
--        unknown
local head = open_log(KEYS[2], KEYS[3], ARGV[2])
local kept = redis.call('GET', KEYS[1])
if not kept then return {'unknown'} end
local state, expires, sid, client, record = string.match(kept, '^(%a+) (%d+) (%S+) (.-)\n(.*)$')
if client ~= ARGV[4] then return {'unknown'} end
local now = tonumber(ARGV[3])
local forgotten = expires + ARGV[5]
if state == 'spent' then
  if now >= forgotten then return {'unknown'} end
  return {'replayed', sid}
end
if now >= tonumber(expires) then return {'unknown'} end
-- Of a spent code only what ends its session is kept.
local spent = string.format('spent %s %s %s\n', expires, sid, client)
redis.call('SET', KEYS[1], spent, 'EX', forgotten - now)
return {'redeemed', record, head.epoch, head.offset}
