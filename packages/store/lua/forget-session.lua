-- Takes an ended session out of its user's list.
-- include: user-list
-- KEYS: user
-- ARGV: deadline, sid
-- Reply: ok
local list = without_session(redis.call('GET', KEYS[1]) or '', ARGV[2])
if list == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], list, 'KEEPTTL')
end
return {'ok'}
