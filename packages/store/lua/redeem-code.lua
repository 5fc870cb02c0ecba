-- Spends an authorization code: RFC 6749 section 4.1.2. Its key names its client, too: nobody else finds it.
-- include: open-log
-- KEYS: code, head, log
-- ARGV: deadline, next epoch, now, seconds for which a spent code is remembered
-- Reply: redeemed, record, epoch, offset
--        replayed, sid
--        unknown
local head = open_log(KEYS[2], KEYS[3], ARGV[2])
local kept = redis.call('GET', KEYS[1])
if not kept then return {'unknown'} end
local facts, record = string.match(kept, '^([^\n]+)\n?(.*)$')
local expires, sid = string.match(facts, '^(%d+) (.*)$')
local now = tonumber(ARGV[3])
local forgotten = expires + ARGV[4]
if record == '' then
  if now >= forgotten then return {'unknown'} end
  return {'replayed', sid}
end
if now >= tonumber(expires) then return {'unknown'} end
-- Of a spent code only what ends its session is kept.
redis.call('SET', KEYS[1], facts, 'EX', forgotten - now)
return {'redeemed', record, head.epoch, head.offset}
