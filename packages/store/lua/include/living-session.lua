-- A session is one MessagePack array, SCHEMA.md, with its refresh families in it. What stands in texts is not read here.
local function read_session(text)
  local s = {}
  s.idle, s.absolute, s.epoch, s.offset, s.sub, s.handle, s.auth_time, s.how, s.created, s.agent, s.clients, s.families =
    unpack(cmsgpack.unpack(text))
  return s
end

local function write_session(key, s, now, linger)
  local text = cmsgpack.pack({s.idle, s.absolute, s.epoch, s.offset, s.sub, s.handle, s.auth_time, s.how, s.created,
    s.agent, s.clients, s.families})
  redis.call('SET', key, text, 'EX', math.max(1, s.idle - now + linger))
end

-- For src/redis/packed-session.ts.
local function session_reply(s)
  return {s.idle, s.absolute, s.epoch, s.offset, s.sub, s.handle, s.auth_time, s.how, s.created, s.agent, s.clients}
end

-- True when what was born at this position is older than the cut `epoch:offset:expiry`.
local function is_cut(born, cut)
  if not cut then return false end
  local epoch, offset = string.match(cut, '^(%d+):(%d+):')
  epoch, offset = tonumber(epoch), tonumber(offset)
  return born.epoch < epoch or (born.epoch == epoch and born.offset < offset)
end

local function session_is_cut(cuts_key, session)
  local cuts = redis.call('HMGET', cuts_key, 'all', 'user:' .. session.sub)
  return is_cut(session, cuts[1]) or is_cut(session, cuts[2])
end

-- Nil when the session is unknown, expired, or cut off by an end of its user or of everybody.
local function living_session(key, cuts_key, now)
  local text = redis.call('GET', key)
  local session = text and read_session(text)
  if not session or now >= session.idle or now >= session.absolute then return nil end
  if session_is_cut(cuts_key, session) then return nil end
  return session
end
