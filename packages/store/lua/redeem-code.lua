-- Spends an authorization code: RFC 6749 section 4.1.2.
-- include: open-log
-- KEYS: code, head, log
-- ARGV: deadline, next epoch, now, client id, seconds for which a spent code is remembered
-- Reply: redeemed, record, epoch, offset
--        replayed, record
--        unknown
local head = open_log(KEYS[2], KEYS[3], ARGV[2])
local kept = redis.call('GET', KEYS[1])
if not kept then return {'unknown'} end
local state, json = string.match(kept, '^(%a+) (.*)$')
local record = cjson.decode(json)
if record.clientId ~= ARGV[4] then return {'unknown'} end
local now = tonumber(ARGV[3])
local forgotten = record.expiresAt + ARGV[5]
if state == 'spent' then
  if now >= forgotten then return {'unknown'} end
  return {'replayed', json}
end
if now >= record.expiresAt then return {'unknown'} end
redis.call('SET', KEYS[1], 'spent ' .. json, 'EX', forgotten - now)
return {'redeemed', json, head.epoch, head.offset}
