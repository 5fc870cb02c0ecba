-- An issuer process says that it is alive and what its verifiers do. A verifier that another process has reported since has
-- moved there: that it left this one is no news. Sweeps what was not reported for long.
-- KEYS: verifiers, verifiers seen, processes
-- ARGV: deadline, process, now, second before which reports are too old, most to sweep, {verifier, 1 when gone, JSON} ...
-- Reply: ok
local verifiers_key, seen_key, processes_key = KEYS[1], KEYS[2], KEYS[3]
local process, now = ARGV[2], ARGV[3]
redis.call('ZADD', processes_key, now, process)
redis.call('ZREMRANGEBYSCORE', processes_key, '-inf', '(' .. ARGV[4])

local function has_moved(before)
  if not before then return false end
  local known = cjson.decode(before)
  return known.process ~= process and not known.goneAt
end

local news = false
for i = 6, #ARGV, 3 do
  local verifier, gone, json = ARGV[i], ARGV[i + 1] == '1', ARGV[i + 2]
  local before = redis.call('HGET', verifiers_key, verifier)
  if not (gone and has_moved(before)) then
    redis.call('ZADD', seen_key, now, verifier)
    if before ~= json then
      redis.call('HSET', verifiers_key, verifier, json)
      news = true
    end
  end
end

local old = redis.call('ZRANGEBYSCORE', seen_key, '-inf', '(' .. ARGV[4], 'LIMIT', 0, ARGV[5])
for _, verifier in ipairs(old) do
  redis.call('HDEL', verifiers_key, verifier)
  redis.call('ZREM', seen_key, verifier)
end
-- The channel has the name of the key.
if news then redis.pcall('PUBLISH', verifiers_key, '') end
return {'ok'}
