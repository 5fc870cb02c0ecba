-- Keeps a text for some time.
-- KEYS: code or value
-- ARGV: deadline, text, seconds
-- Reply: ok
redis.call('SET', KEYS[1], ARGV[2], 'EX', math.max(1, tonumber(ARGV[3])))
return {'ok'}
